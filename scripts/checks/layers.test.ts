import { expect, it } from 'vitest';
import { expected, repositoryOf, run, unique, type Fixture } from './repository.ts';

const face = 'export const face = 1;';
const fixtures: Fixture[] = [
  // The shape of a healthy house.
  ['src/errors.ts', 'export const e = 1;'],
  ['src/errors.test.ts', "import './errors.ts'; import 'node:fs'; import 'vitest';"],
  ['src/codec.ts', "import './errors.ts'; import '@noble/hashes/utils.js';"],
  ['src/threshold/index.ts', "export * from './tags.ts';"],
  ['src/threshold/hash.ts', "import '@noble/hashes/sha2.js'; import '../codec.ts';"],
  ['src/threshold/tags.ts', "import './hash.ts';"],
  ['src/threshold/tags.test.ts', "import './tags.ts'; import 'node:fs'; import 'fast-check';"],
  ['src/threshold/testing/run.ts', "import '../tags.ts'; import 'node:fs'; import 'fast-check';"],
  ['src/threshold/schnorr/sign.ts', "import '@noble/hashes/sha2.js';"],
  ['src/chains/index.ts', face],
  ['src/journal/index.ts', face],
  ['src/policy/index.ts', "import '../journal/index.ts'; import '../chains/index.ts';"],
  ['src/keystore/index.ts', face],
  ['src/network/index.ts', "import '../errors.ts';"],
  ['src/network/memory.ts', face],
  [
    'src/ceremonies/sign.ts',
    "import '../threshold/index.ts'; import type { f } from '../policy/index.ts';",
  ],
  ['src/ceremonies/index.ts', "export * from './sign.ts';"],
  ['src/ceremonies/sign.test.ts', "import './sign.ts'; import '../threshold/testing/run.ts';"],
  ['src/wallet/index.ts', "import '../ceremonies/index.ts'; import '../keystore/index.ts';"],
  ['src/wallet/share.worker.ts', "import '../ceremonies/index.ts'; import '../keystore/index.ts';"],
  ['src/ui/main.tsx', "import '../wallet/index.ts'; import type { f } from '../chains/index.ts';"],
  ['src/relay/relay.ts', "import 'node:http';"],
  ['bench/run.ts', "import '../src/threshold/index.ts'; import '../src/threshold/testing/run.ts';"],

  ['e2e/relay.ts', "import '../src/relay/relay.ts'; import '@playwright/test'; import 'node:fs';"],

  // Upward and sideways.
  ['src/errors2.ts', "import './errors.ts';", 'unknown-room'],
  ['src/utils/list.ts', "import '../errors.ts';", 'unknown-room'],
  ['src/threshold/up.ts', "import '../ceremonies/index.ts';", 'direction-threshold'],
  ['src/threshold/up.test.ts', "import '../wallet/index.ts';", 'direction-threshold'],
  ['src/chains/up.ts', "import '../policy/index.ts';", 'direction-chains'],
  ['src/journal/up.ts', "import '../chains/index.ts';", 'direction-journal'],
  ['src/policy/up.ts', "import '../threshold/index.ts';", 'direction-policy'],
  ['src/keystore/up.ts', "import '../threshold/index.ts';", 'direction-keystore'],
  ['src/network/up.ts', "import type { f } from '../threshold/index.ts';", 'direction-network'],
  ['src/ceremonies/up.ts', "import '../keystore/index.ts';", 'direction-ceremonies'],
  ['src/ceremonies/value.ts', "import { f } from '../policy/index.ts';", 'types-only-ceremonies'],
  ['src/wallet/up.ts', "import '../ui/main.tsx';", 'direction-wallet'],
  ['src/wallet/relay.ts', "import '../relay/relay.ts';", 'direction-wallet'],
  ['src/ui/value.ts', "import { f } from '../chains/index.ts';", 'types-only-ui'],
  ['src/relay/up.ts', "import '../errors.ts';", 'direction-relay'],

  // Past the face.
  ['src/wallet/deep.ts', "import '../network/memory.ts';", 'face'],
  ['src/wallet/deep-type.ts', "import type { f } from '../threshold/tags.ts';", 'face'],
  ['src/wallet/deep.test.ts', "import '../network/memory.ts';", 'face-tests'],
  ['src/wallet/testing/deep.ts', "import '../../network/memory.ts';", 'face-tests'],
  ['bench/deep.ts', "import '../src/threshold/tags.ts';", 'face-tests'],
  ['e2e/deep.ts', "import '../src/network/memory.ts';", 'face-tests'],

  // Circles.
  ['src/chains/a.ts', "import './b.ts';", 'no-circular'],
  ['src/chains/b.ts', "import type { a } from './a.ts';"], // a circle is reported once

  // What is not ours.
  ['src/journal/node.ts', "import 'node:crypto';", 'no-node', 'pure-packages'],
  ['src/wallet/node.ts', "import 'fs';", 'no-node'],
  ['src/wallet/tests.ts', "import '../threshold/testing/run.ts';", 'face', 'no-test-code'],
  ['src/threshold/tests.ts', "import './tags.test.ts';", 'no-test-code'],
  ['src/threshold/tests2.ts', "import './testing/run.ts';", 'no-test-code'],
  ['src/wallet/dev.ts', "import 'vitest';", 'production-packages'],
  ['src/policy/dev.ts', "import 'fast-check';", 'production-packages', 'pure-packages'],
  ['src/threshold/sha.ts', "import '@noble/hashes/sha2.js';", 'hash-registry'],
  ['src/threshold/hmac.ts', "import '@noble/hashes/hmac.js';", 'hash-registry'],
  ['src/wallet/lost.ts', "import './no-such-file.ts';", 'unresolvable'],
];

it('the layer check finds every broken import rule and nothing else', () => {
  const tool = 'dependency-cruiser/bin/dependency-cruise.mjs';
  const { status, output } = run(repositoryOf(fixtures), tool, '.');
  const found = [...output.matchAll(/^ +error ([\w-]+): (\S+)/gm)];
  expect(unique(found.map(([, rule = '', path = '']) => `${path}: ${rule}`))).toEqual(
    expected(fixtures),
  );
  expect(status).not.toBe(0);
});
