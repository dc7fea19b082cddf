/** Fixtures of the registry's test-runner convention, version 2. */
import * as v from 'valibot';

const hex = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]*$/));
const address = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/));
const names = v.optional(v.record(v.string(), v.string()));

export interface Rendered {
  readonly intent: string;
  readonly interpolatedIntent?: string | undefined;
  readonly owner?: string | undefined;
  readonly fields: readonly RenderedField[];
}

export interface RenderedField {
  readonly label: string;
  readonly value: string | Rendered;
}

const rendered: v.GenericSchema<Rendered> = v.strictObject({
  intent: v.string(),
  interpolatedIntent: v.optional(v.string()),
  owner: v.optional(v.string()),
  fields: v.array(
    v.strictObject({
      label: v.string(),
      value: v.union([v.string(), v.lazy((): v.GenericSchema<Rendered> => rendered)]),
    }),
  ),
});

const common = { description: v.pipe(v.string(), v.minLength(1)), expected: rendered };

export const fixtureSchema = v.strictObject({
  $schema: v.optional(v.string()),
  descriptor: v.pipe(v.string(), v.minLength(1)),
  dataProvider: v.optional(
    v.strictObject({
      tokens: v.optional(
        v.record(
          v.string(),
          v.strictObject({ symbol: v.string(), decimals: v.number(), name: v.string() }),
        ),
      ),
      addressNames: names,
      ensNames: names,
      nftCollectionNames: names,
      blockTimestamps: v.optional(v.record(v.string(), v.number())),
    }),
    {},
  ),
  tests: v.array(
    v.union([
      v.strictObject({
        ...common,
        rawTx: hex,
        from: v.optional(address),
        txHash: v.optional(hex),
      }),
      v.strictObject({
        ...common,
        data: v.looseObject({}),
      }),
    ]),
  ),
});

export type Fixture = v.InferOutput<typeof fixtureSchema>;
export type TestCase = Fixture['tests'][number];
