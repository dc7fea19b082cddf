import { encodeCbor } from '../../cbor.ts';
import { UR, UREncoder } from '@ngraveio/bc-ur';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collector, framesOf, isUr, type Collected } from './ur.ts';

const bytes = (length: number, seed = 7): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 3)) & 255);

const frames = (psbt: Uint8Array, count: number): string[] => {
  const source = framesOf(psbt);
  return Array.from({ length: count }, () => source.next());
};

/** What became of the last of some frames. */
function collected(texts: readonly string[]): Collected {
  const collector = new Collector();
  let last: Collected = { kind: 'wrong', problem: 'no frame' };
  for (const text of texts) {
    last = collector.take(text);
    if (last.kind === 'done') return last;
  }
  return last;
}

describe('a PSBT as frames', () => {
  it.each([1, 50, 119, 500, 5_000])('of %i bytes comes back', (length) => {
    const psbt = bytes(length);
    const { count } = framesOf(psbt);
    expect(collected(frames(psbt, count))).toEqual({ kind: 'done', psbt });
  });

  it('comes back whatever frames are lost, in any order, seen twice', () => {
    const psbt = bytes(2_000);
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 199 })), (order) => {
        const all = frames(psbt, 200);
        const seen = Array.from(order.take(600), (i) => all[i] ?? '');
        expect(collected(seen)).toEqual({ kind: 'done', psbt });
      }),
      { numRuns: 20 },
    );
  });

  it('says how far it is', () => {
    const psbt = bytes(1_000);
    const [first = ''] = frames(psbt, 1);
    const taken = new Collector().take(first);
    expect(taken).toEqual({ kind: 'more', solved: 1, count: framesOf(psbt).count });
  });

  it('is what the standard says: one part of its test vector reads the same', () => {
    // BCR-2020-006, crypto-psbt, "Example/Test Vector": the UR of a PSBT of 167 bytes.
    const text =
      'ur:crypto-psbt/hdosjojkidjyzmadaenyaoaeaeaeaohdvsknclrejnpebncnrnmnjojofejzeojlkerdonspkpkkdkykfelokgprpyutkpaeaeaeaeaezmzmzmzmlslgaaditiwpihbkispkfgrkbdaslewdfycprtjsprsgksecdratkkhktikewdcaadaeaeaeaezmzmzmzmaojopkwtayaeaeaeaecmaebbtphhdnjstiambdassoloimwmlyhygdnlcatnbggtaevyykahaeaeaeaecmaebbaeplptoevwwtyakoonlourgofgvsjydpcaltaemyaeaeaeaeaeaeaeaeaebkgdcarh';
    const taken = new Collector().take(text);
    if (taken.kind !== 'done') throw new Error(JSON.stringify(taken));
    expect(taken.psbt).toHaveLength(167);
    expect(Buffer.from(taken.psbt.slice(0, 5)).toString('latin1')).toBe('psbt\xff');
  });
});

// BCR-2020-005, multipart: bodies of frames 1 to 20 of 9, of a byte string of 256 bytes. The type is not part of them.
const PUBLISHED = [
  'lpadascfadaxcywenbpljkhdcahkadaemejtswhhylkepmykhhtsytsnoyoyaxaedsuttydmmhhpktpmsrjtdkgslpgh',
  'lpaoascfadaxcywenbpljkhdcagwdpfnsboxgwlbaawzuefywkdplrsrjynbvygabwjldapfcsgmghhkhstlrdcxaefz',
  'lpaxascfadaxcywenbpljkhdcahelbknlkuejnbadmssfhfrdpsbiegecpasvssovlgeykssjykklronvsjksopdzmol',
  'lpaaascfadaxcywenbpljkhdcasotkhemthydawydtaxneurlkosgwcekonertkbrlwmplssjtammdplolsbrdzcrtas',
  'lpahascfadaxcywenbpljkhdcatbbdfmssrkzmcwnezelennjpfzbgmuktrhtejscktelgfpdlrkfyfwdajldejokbwf',
  'lpamascfadaxcywenbpljkhdcackjlhkhybssklbwefectpfnbbectrljectpavyrolkzczcpkmwidmwoxkilghdsowp',
  'lpatascfadaxcywenbpljkhdcavszmwnjkwtclrtvaynhpahrtoxmwvwatmedibkaegdosftvandiodagdhthtrlnnhy',
  'lpayascfadaxcywenbpljkhdcadmsponkkbbhgsoltjntegepmttmoonftnbuoiyrehfrtsabzsttorodklubbuyaetk',
  'lpasascfadaxcywenbpljkhdcajskecpmdckihdyhphfotjojtfmlnwmadspaxrkytbztpbauotbgtgtaeaevtgavtny',
  'lpbkascfadaxcywenbpljkhdcahkadaemejtswhhylkepmykhhtsytsnoyoyaxaedsuttydmmhhpktpmsrjtwdkiplzs',
  'lpbdascfadaxcywenbpljkhdcahelbknlkuejnbadmssfhfrdpsbiegecpasvssovlgeykssjykklronvsjkvetiiapk',
  'lpbnascfadaxcywenbpljkhdcarllaluzmdmgstospeyiefmwejlwtpedamktksrvlcygmzemovovllarodtmtbnptrs',
  'lpbtascfadaxcywenbpljkhdcamtkgtpknghchchyketwsvwgwfdhpgmgtylctotzopdrpayoschcmhplffziachrfgd',
  'lpbaascfadaxcywenbpljkhdcapazewnvonnvdnsbyleynwtnsjkjndeoldydkbkdslgjkbbkortbelomueekgvstegt',
  'lpbsascfadaxcywenbpljkhdcaynmhpddpzmversbdqdfyrehnqzlugmjzmnmtwmrouohtstgsbsahpawkditkckynwt',
  'lpbeascfadaxcywenbpljkhdcawygekobamwtlihsnpalnsghenskkiynthdzotsimtojetprsttmukirlrsbtamjtpd',
  'lpbyascfadaxcywenbpljkhdcamklgftaxykpewyrtqzhydntpnytyisincxmhtbceaykolduortotiaiaiafhiaoyce',
  'lpbgascfadaxcywenbpljkhdcahkadaemejtswhhylkepmykhhtsytsnoyoyaxaedsuttydmmhhpktpmsrjtntwkbkwy',
  'lpbwascfadaxcywenbpljkhdcadekicpaajootjzpsdrbalpeywllbdsnbinaerkurspbncxgslgftvtsrjtksplcpeo',
  'lpbbascfadaxcywenbpljkhdcayapmrleeleaxpasfrtrdkncffwjyjzgyetdmlewtkpktgllepfrltataztksmhkbot',
];

describe('the published frames of several parts', () => {
  const published = PUBLISHED.map((body, i) => `ur:crypto-psbt/${String(i + 1)}-9/${body}`);

  it.each<[string, readonly string[]]>([
    ['the pieces alone', published.slice(0, 9)],
    ['half of the pieces, the rest from mixed frames', published.slice(4)],
    ['backwards', published.toReversed()],
  ])('give the message: %s', (_, texts) => {
    const taken = collected(texts);
    if (taken.kind !== 'done') throw new Error(JSON.stringify(taken));
    expect(taken.psbt).toHaveLength(256);
    expect(Buffer.from(taken.psbt.slice(0, 16)).toString('hex')).toBe(
      '916ec65cf77cadf55cd7f9cda1a10300',
    );
  });

  it('are those that the encoder makes', () => {
    const [done] = [collected(published)];
    if (done.kind !== 'done') throw new Error(done.kind);
    const encoder = new UREncoder(new UR(Buffer.from(encodeCbor(done.psbt)), 'crypto-psbt'), 30);
    expect(published.map(() => encoder.nextPart())).toEqual(published);
  });
});

describe('what is no frame of it', () => {
  const psbt = bytes(1_000);
  const [first = '', second = ''] = frames(psbt, 2);
  const other = (type: string, content: Uint8Array = encodeCbor(psbt)): string =>
    UREncoder.encodeSinglePart(new UR(Buffer.from(content), type));

  it.each<[string, string, RegExp]>([
    ['text', 'cHNidP8', /no frame/],
    ['another type', other('crypto-seed'), /another kind/],
    ['a damaged frame', `${first.slice(0, -4)}AEAE`, /could not be read/],
    ['a frame cut short', first.slice(0, 40), /could not be read/],
    [
      'a frame of more than there can be',
      first.replace(/\/1-\d+\//, '/1-99999999/'),
      /more frames/,
    ],
    ['a number out of range', first.replace(/\/1-/, '/9999999999-'), /more frames/],
    [
      'a frame that says another number than it holds',
      first.replace(/\/1-/, '/2-'),
      /another code/,
    ],
    ['no byte string', other('crypto-psbt', encodeCbor({ a: 1 })), /no PSBT/],
    ['bytes behind it', other('crypto-psbt', Uint8Array.of(...encodeCbor(psbt), 0)), /no PSBT/],
    ['a very long one', `UR:CRYPTO-PSBT/${'AE'.repeat(3_000)}`, /too long/],
  ])('%s is refused', (_, text, problem) => {
    const taken = new Collector().take(text);
    expect(taken).toMatchObject({ kind: 'wrong' });
    expect(taken.kind === 'wrong' && taken.problem).toMatch(problem);
  });

  it('does not disturb what was collected so far', () => {
    const { count } = framesOf(psbt);
    const own = frames(psbt, count * 3);
    const foreign = frames(bytes(1_500, 3), count * 3);
    const same = frames(bytes(1_000, 5), count * 3);
    const mixed = own.flatMap((frame, i) => [frame, foreign[i] ?? '', same[i] ?? '', 'text']);
    expect(collected([second, ...mixed])).toEqual({ kind: 'done', psbt });
  });

  it('does not decide which message is collected', () => {
    const { count } = framesOf(psbt);
    const damaged = first.replace(`/1-${String(count)}/`, `/1-${String(count + 1)}/`);
    expect(collected([damaged, ...frames(psbt, count)])).toEqual({ kind: 'done', psbt });
  });

  it('starts again when the whole has another checksum than each frame said', () => {
    const encoder = new UREncoder(new UR(Buffer.from(encodeCbor(psbt)), 'crypto-psbt'), 120);
    Object.assign(Reflect.get(encoder, 'fountainEncoder') as object, { checksum: 1 });
    const { count } = framesOf(psbt);
    const lying = Array.from({ length: count }, () => encoder.nextPart());
    const collector = new Collector();
    const taken = lying.map((frame) => collector.take(frame)).at(-1);
    expect(taken).toMatchObject({ kind: 'wrong' });
    expect(taken?.kind === 'wrong' && taken.problem).toMatch(/do not fit/);
    expect(
      frames(psbt, count)
        .map((frame) => collector.take(frame))
        .at(-1),
    ).toEqual({
      kind: 'done',
      psbt,
    });
  });

  it.each<[number, Partial<Collected>]>([
    [2_000_000, { kind: 'done' }],
    [2_000_001, { kind: 'wrong', problem: 'This code holds no PSBT.' }],
  ])('may not be longer than any PSBT: %i bytes', (length, expected) => {
    const content = Buffer.from(encodeCbor(bytes(length)));
    const encoder = new UREncoder(new UR(content, 'psbt'), 1_900);
    const all = Array.from({ length: encoder.fragmentsLength }, () => encoder.nextPart());
    expect(collected(all)).toMatchObject(expected);
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.nat(300), (text, at) => {
        const collector = new Collector();
        collector.take(text);
        collector.take(`UR:CRYPTO-PSBT/1-9/${text}`);
        collector.take(first.slice(0, at) + text + first.slice(at));
      }),
    );
  });
});

it.each([
  ['ur:crypto-psbt/aa', true],
  ['UR:X', true],
  ['cHNidP8', false],
])('%s is a uniform resource: %s', (text, expected) => {
  expect(isUr(text)).toBe(expected);
});
