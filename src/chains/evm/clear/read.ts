/** A call or typed data, read with one descriptor. */
import { visible } from '../../../text.ts';
import { groupFact } from '../../fact.ts';
import type { DescriptorSource, Fact } from '../../review.ts';
import { leftOver, type LeafAt } from './coverage.ts';
import type { Descriptor, FormatSpec } from './descriptor.ts';
import { type FieldContext, plainFact, readField } from './fields.ts';
import type { Line, Lines } from './library.ts';
import { fieldAt, type Marked, markFormat, PATHS } from './marked.ts';
import { fill, type PathFact, type Sentence } from './sentence.ts';

/** What a descriptor says about a request. */
export interface ClearReading {
  /** Its short words for what happens. */
  readonly intent: string;
  /** Its sentence, where it has one and all its values are shown. */
  readonly sentence: Sentence | undefined;
  /** In the order of the descriptor. */
  readonly facts: readonly Fact[];
  /** Values that the descriptor does not show. */
  readonly rest: readonly Fact[];
  /** Whether the descriptor speaks of every value, and fits all that it speaks of. */
  readonly complete: boolean;
  /** Whether the coins that are sent along are among the lines. */
  readonly showsValue: boolean;
  /** Whether its sentence speaks of them. */
  readonly saysValue: boolean;
  /** Whether a call inside of it could not be taken apart. */
  readonly opaque: boolean;
  /** Whether bytes follow the arguments. */
  readonly trailing: boolean;
  /** The template of the sentence, and what it is filled with. */
  readonly template: { readonly text: string; readonly values: readonly PathFact[] } | undefined;
  readonly source: DescriptorSource;
}

const MAX_INTENT = 120;
const MAX_OWNER = 60;
const MAX_TEMPLATE = 500;

/** @param show asks the library for the lines of a marked format; `undefined`: it refuses */
export async function readWith(
  descriptor: Descriptor,
  format: FormatSpec,
  context: FieldContext,
  show: (marked: FormatSpec) => Promise<readonly Lines[] | undefined>,
): Promise<ClearReading | undefined> {
  const { content } = descriptor;
  const marked = markFormat(format, content.display.definitions);
  if (marked === undefined) return undefined;
  const lines = await show(marked.format);
  if (lines === undefined) return undefined;

  const shown: PathFact[] = [];
  const places = new Set<string>();
  const so = { complete: true, opaque: false };
  const read = async (line: Line, nth: number): Promise<Fact | undefined> => {
    const field = marked.fields.get(line.label);
    if (field === undefined) return undefined;
    const here = fieldAt(field, line.separator === undefined ? nth : Number(line.separator));
    const { fact, understood } = await readField(line, here, context);
    so.complete &&= understood;
    so.opaque ||= field.format === 'calldata' && !understood;
    if (field.path !== undefined) shown.push({ path: field.path, fact });
    // A line shows what its format needs, too: the token of an amount, the target of a call.
    for (const path of [here.path, ...(understood ? PATHS : []).map((key) => here.params?.[key])]) {
      if (path !== undefined) places.add(path.replace(/^#\./, ''));
    }
    return fact;
  };
  const facts = await readLines(lines, marked, read);
  if (facts === undefined) return undefined;

  const template = templateOf(format, shown);
  const sentence = template && fill(template.text, template.values);
  const { hidden, unmentioned } = leftOver(context.root.node, marked.fields.values(), places);
  return {
    intent: intentOf(format),
    sentence,
    facts,
    rest: [
      ...restGroup('Not explained by the descriptor', unmentioned, context),
      ...restGroup('Left out by the descriptor', hidden, context),
    ],
    complete: so.complete && unmentioned.length === 0,
    showsValue: places.has('@.value'),
    saysValue: sentence !== undefined && format.interpolatedIntent?.includes('{@.value}') === true,
    opaque: so.opaque,
    trailing: false,
    template,
    source: sourceOf(descriptor),
  };
}

/** @returns `undefined` when the library drew something that was not asked for */
async function readLines(
  lines: readonly Lines[],
  { groups }: Marked,
  read: (line: Line, nth: number) => Promise<Fact | undefined>,
): Promise<readonly Fact[] | undefined> {
  const facts: Fact[] = [];
  for (const item of lines) {
    if (!('fields' in item)) {
      const fact = await read(item, 0);
      if (fact === undefined) return undefined;
      facts.push(fact);
      continue;
    }
    const seen = new Map<string, number>();
    const inner: Fact[] = [];
    for (const line of item.fields) {
      const nth = seen.get(line.label) ?? 0;
      seen.set(line.label, nth + 1);
      const fact = await read(line, nth);
      if (fact === undefined) return undefined;
      inner.push(fact);
    }
    const label = groups.get(item.label ?? '');
    if (label === undefined) facts.push(...inner);
    else facts.push(groupFact(visible(label, MAX_INTENT), inner));
  }
  return facts;
}

const restGroup = (label: string, leaves: readonly LeafAt[], { notes }: FieldContext): Fact[] =>
  leaves.length === 0
    ? []
    : [
        groupFact(
          label,
          leaves.map(({ path, leaf }) => plainFact(path, leaf, notes)),
          { weight: 'quiet' },
        ),
      ];

function intentOf({ intent = '' }: FormatSpec): string {
  const text =
    typeof intent === 'string'
      ? intent
      : Object.entries(intent)
          .map(([label, value]) => `${label}: ${value}`)
          .join(', ');
  return visible(text, MAX_INTENT);
}

/** Values are safe to show already; the words between them are not. */
const templateOf = (
  { interpolatedIntent }: FormatSpec,
  values: readonly PathFact[],
): ClearReading['template'] =>
  interpolatedIntent === undefined
    ? undefined
    : { text: visible(interpolatedIntent, MAX_TEMPLATE), values };

/** Who wrote the descriptor, by its own words. */
function sourceOf({ content, origin, digest }: Descriptor): DescriptorSource {
  const owner = content.metadata?.owner ?? content.metadata?.contractName;
  return { owner: owner === undefined ? undefined : visible(owner, MAX_OWNER), origin, digest };
}
