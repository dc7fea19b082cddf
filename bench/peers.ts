/**
 * Public packages on the same machine: their own scripts, each in a fresh process, in turn with ours.
 * They run from a copy in the cache and are never a dependency: two of them have other licences.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult, Comparison, Job, PeerFigure, Ratio } from './results.ts';
import { median } from './statistics.ts';

const CACHE = 'node_modules/.cache/bench-peers';
/** Warm runs of a key generation in one round; the peer's script signs 11 times. */
const KEYGEN_RUNS = 5;
const SIGN_RUNS = 11;

/** What a peer's script writes for one case. */
interface PeerCase {
  readonly perParty: number;
  readonly perPartyMin: number;
  readonly p2p: number;
}

/** What the scripts of DKLs packages write. */
interface DklsFile {
  readonly package: string;
  readonly dkg: Readonly<Record<string, PeerCase>>;
  readonly sign: Readonly<Record<string, PeerCase>>;
}

interface TorusFile {
  readonly package: string;
  readonly cases: Readonly<
    Record<
      string,
      {
        readonly setupPerParty: number;
        readonly presignPerParty: number;
        readonly onlinePerParty: number;
        readonly b64BytesSetup: number;
        readonly b64BytesPresign: number;
      }
    >
  >;
}

interface FrostRow {
  readonly package: string;
  readonly scheme: string;
  readonly 'party ms': number;
  readonly 'sent/party B (p2p)': number;
}

interface FrostFile {
  readonly noble: string;
  readonly dkg: readonly FrostRow[];
  readonly sign: readonly FrostRow[];
}

/** One comparison with Silence's package. */
interface Pairing {
  readonly what: string;
  readonly ours: Job;
  readonly theirs: (file: DklsFile) => PeerCase | undefined;
  readonly ms?: Goal;
  readonly bytes?: Goal;
}

type Goal = Pick<Ratio, 'target' | 'stretch'>;

const PAIRINGS: readonly Pairing[] = [
  {
    what: 'key generation 2-of-2',
    ours: { id: 'ecdsa-keygen-2-2', runs: KEYGEN_RUNS },
    theirs: ({ dkg }) => dkg['2-of-2'],
  },
  {
    what: 'signing 2-of-2',
    ours: { id: 'ecdsa-sign-2-2', runs: SIGN_RUNS },
    theirs: ({ sign }) => sign['2-of-2'],
    ms: { target: 0.6, stretch: 0.3 },
    bytes: { target: 0.6, stretch: 0.5 },
  },
  {
    what: 'key generation 2-of-3',
    ours: { id: 'ecdsa-keygen-2-3', runs: KEYGEN_RUNS },
    theirs: ({ dkg }) => dkg['2-of-3'],
    ms: { target: 0.8, stretch: 0.4 },
  },
  {
    what: 'signing 2-of-3',
    ours: { id: 'ecdsa-sign-2-3', runs: SIGN_RUNS },
    theirs: ({ sign }) => sign['2-of-3'],
  },
];

/** The peer makes a 10-of-10 key first, which takes it a minute: once is enough. */
const LARGE: readonly Pairing[] = [
  {
    what: 'signing 10-of-10',
    ours: { id: 'ecdsa-sign-10-10', runs: 5 },
    theirs: ({ sign }) => sign['10-of-10'],
  },
];

/** How to compare. */
export interface ComparisonOptions {
  /** Folder with the peers' scripts. */
  readonly folder: string;
  /** Times that they and we run in turn. */
  readonly rounds: number;
  readonly large: boolean;
  /** Runs our cases, all in one fresh process. */
  readonly runOurs: (jobs: readonly Job[]) => readonly CaseResult[];
}

/** Runs the peers and ours in turn. */
export function compare({ folder, rounds, large, runOurs }: ComparisonOptions): Comparison {
  install(folder);
  const silence = (runs: number, cases: string): DklsFile =>
    runPeer('silence.mjs', runs, cases) as DklsFile;
  const inTurn = (
    pairings: readonly Pairing[],
    times: number,
    theirs: () => DklsFile,
  ): { readonly files: readonly DklsFile[]; readonly ratios: readonly Ratio[] } => {
    const ours = (): readonly CaseResult[] => runOurs(pairings.map((pairing) => pairing.ours));
    const pairs = Array.from({ length: times }, (_, round) => {
      // Who goes first alternates, so that a machine that slows down favours neither.
      if (round % 2 === 0) return { file: theirs(), results: ours() };
      const results = ours();
      return { file: theirs(), results };
    });
    return {
      files: pairs.map(({ file }) => file),
      ratios: pairings.flatMap((pairing) => ratiosOf(pairing, pairs)),
    };
  };
  const small = inTurn(PAIRINGS, rounds, () => silence(KEYGEN_RUNS, '2-2,2-3'));
  const ten = large ? inTurn(LARGE, 1, () => silence(0, '10-10')).ratios : [];
  return {
    peer: small.files[0]?.package ?? '',
    rounds,
    ratios: [...small.ratios, ...ten],
    context: context(),
  };
}

/** Copies the scripts and installs what they measure, without running any install script of theirs. */
function install(folder: string): void {
  mkdirSync(CACHE, { recursive: true });
  for (const name of readdirSync(folder)) {
    const source = join(folder, name);
    if (!statSync(source).isFile()) continue;
    rmSync(join(CACHE, name), { force: true }); // a copy of a read-only file cannot be overwritten
    writeFileSync(join(CACHE, name), readFileSync(source));
  }
  const args = ['install', '--prefix', '.', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', args, { cwd: CACHE, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('the peers could not be installed');
}

/** Runs one script in a fresh process and reads the one file that it writes. */
function runPeer(script: string, ...args: readonly (string | number)[]): unknown {
  const results = join(CACHE, 'results');
  rmSync(results, { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, [script, ...args.map(String)], {
    cwd: CACHE,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [file] = status === 0 ? readdirSync(results) : [];
  if (file === undefined) throw new Error(`${script} failed`);
  return JSON.parse(readFileSync(join(results, file), 'utf8'));
}

function ratiosOf(
  { what, ours, theirs, ms, bytes }: Pairing,
  rounds: readonly { readonly file: DklsFile; readonly results: readonly CaseResult[] }[],
): Ratio[] {
  const both = rounds.map(({ file, results }) => {
    const mine = results.find(({ id }) => id === ours.id);
    const peer = theirs(file);
    if (mine === undefined || peer === undefined) throw new Error(`${what} was not measured`);
    return { mine, peer };
  });
  const ratio = (
    unit: Ratio['unit'],
    goal: Goal | undefined,
    mine: (result: CaseResult) => number,
    whole: (result: CaseResult) => number,
    peer: (result: PeerCase) => number,
  ): Ratio => ({
    what,
    unit,
    ours: median(both.map((round) => mine(round.mine))),
    oursWhole: median(both.map((round) => whole(round.mine))),
    theirs: median(both.map((round) => peer(round.peer))),
    perRound: both.map((round) => mine(round.mine) / peer(round.peer)),
    ...goal,
  });
  const least = (values: readonly number[]): number => Math.min(...values);
  const time = ratio(
    'ms',
    ms,
    (result) => result.ms,
    (result) => result.ms + result.handshakeMs + result.packetMs,
    ({ perParty }) => perParty,
  );
  const fastest =
    least(both.map(({ mine }) => mine.minMs)) / least(both.map(({ peer }) => peer.perPartyMin));
  return [
    { ...time, fastest },
    ratio(
      'bytes',
      bytes,
      ({ bodies }) => bodies.copies,
      ({ packets }) => packets.copies,
      ({ p2p }) => p2p,
    ),
  ];
}

/** The other packages, once. */
function context(): PeerFigure[] {
  const oxcarbon = runPeer('oxcarbon.mjs', 3, '2-2,2-3') as DklsFile;
  const torus = runPeer('torus.mjs', 5, '2') as TorusFile;
  const frost = runPeer('frost.mjs', 15, '2-3') as FrostFile;
  const dkls = (step: string, cases: DklsFile['dkg']): PeerFigure[] =>
    Object.entries(cases).map(([scheme, { perParty, p2p }]) => ({
      package: oxcarbon.package,
      what: `${step} ${scheme}`,
      ms: perParty,
      bytes: Math.round(p2p),
    }));
  const presigned = Object.entries(torus.cases).flatMap(([scheme, one]): PeerFigure[] => {
    const signing = one.presignPerParty + one.onlinePerParty;
    const binary = (base64: number): number => Math.round((base64 * 3) / 4);
    return [
      {
        package: torus.package,
        what: `set-up of the pair ${scheme}`,
        ms: one.setupPerParty,
        bytes: binary(one.b64BytesSetup),
      },
      {
        package: torus.package,
        what: `signing ${scheme}`,
        ms: signing,
        bytes: binary(one.b64BytesPresign),
      },
    ];
  });
  const schnorr = (step: string, rows: readonly FrostRow[]): PeerFigure[] =>
    rows
      .filter((row) => /BIP340|ed25519/.test(row.package))
      .map((row) => ({
        package: `${frost.noble}, ${row.package.replace('noble ', '')}`,
        what: `${step} ${row.scheme}`,
        ms: row['party ms'],
        bytes: row['sent/party B (p2p)'],
      }));
  return [
    ...dkls('key generation', oxcarbon.dkg),
    ...dkls('signing', oxcarbon.sign),
    ...presigned,
    ...schnorr('key generation', frost.dkg),
    ...schnorr('signing', frost.sign),
  ];
}
