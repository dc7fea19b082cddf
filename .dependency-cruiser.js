// The import rules of docs/architecture.md, derived from the table in scripts/rooms.js.
import { hashCallers, leaves, purePackages, rooms, testOnly } from './scripts/rooms.js';

const escape = (text) => text.replaceAll('.', '\\.');
const either = (names) => `(?:${names.join('|')})`;
const inRooms = (names) => `^src/${either(names)}/`;

const allRooms = Object.keys(rooms);
const pureRooms = allRooms.filter((name) => rooms[name].pure);
const faces = allRooms.map(
  (name) => `^src/${name}/${rooms[name].face.replace(/\.(tsx?)$/, '\\.$1')}$`,
);
const leafFiles = `^src/${either(leaves.map(escape))}$`;
const leafOrItsTest = `^src/${either(leaves.map((file) => file.replace('.ts', '')))}(?:\\.test)?\\.ts$`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const directions = allRooms.flatMap((name) => {
  const { uses, types = [], leaves: seesLeaves = true } = rooms[name];
  const reachable = [inRooms([name, ...uses, ...types]), ...(seesLeaves ? [leafFiles] : [])];
  const from = { path: inRooms([name]) };
  return [
    rule(`direction-${name}`, `${name}/ may not import that room.`, from, {
      path: '^src/',
      pathNot: reachable,
    }),
    ...(types.length === 0
      ? []
      : [
          rule(
            `types-only-${name}`,
            `${name}/ may only 'import type' from that room.`,
            { ...from, pathNot: testOnly },
            { path: inRooms(types), dependencyTypesNot: ['type-only'] },
          ),
        ]),
  ];
});

/** Command lines of `src/chains/evm/clear/`: import of a registry, and its test runner. */
const descriptorTools = '^scripts/(registry|clear-signing)/';

export default {
  forbidden: [
    ...directions,
    rule(
      'direction-leaves',
      'Leaves import nothing of ours but leaves.',
      { path: leafOrItsTest },
      { path: '^src/', pathNot: leafFiles },
    ),
    rule(
      'unknown-room',
      'Every file of src/ is a leaf or stands in a room of scripts/rooms.js.',
      { path: '^src/', pathNot: [inRooms(allRooms), leafOrItsTest, '\\.d\\.ts$'] },
      {},
    ),
    rule(
      'face',
      'Another folder is imported through its face only.',
      { path: '^(?:src/)?([^/]+)/', pathNot: ['^(?:bench|e2e|scripts)/', testOnly] },
      { path: '^src/[^/]+/', pathNot: ['^src/$1/', ...faces] },
    ),
    rule(
      'face-tests',
      "Tests and tools import another folder through its face or its 'testing/' folder.",
      {
        path: ['^(?:src/)?([^/]+).*' + testOnly, '^(bench|e2e|scripts)/'],
        pathNot: descriptorTools,
      },
      { path: '^src/[^/]+/', pathNot: ['^src/$1/', '/testing/', '/vectors/', ...faces] },
    ),
    rule(
      'descriptor-tools',
      'The tools for descriptors of contracts are part of `chains`: they import from there only.',
      { path: descriptorTools },
      { path: '^src/[^/]+/', pathNot: ['^src/chains/', '/testing/'] },
    ),
    rule('no-circular', 'A circle of imports.', {}, { circular: true }),
    rule(
      'no-test-code',
      'Production code never imports tests, testing/ or vectors/.',
      { path: '^src/', pathNot: testOnly },
      { path: testOnly },
    ),
    rule(
      'no-node',
      'Only the relay and tests may use Node.',
      { path: '^src/', pathNot: [inRooms(allRooms.filter((name) => rooms[name].node)), testOnly] },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'production-packages',
      "Production code imports only packages listed under 'dependencies'.",
      { path: '^src/', pathNot: testOnly },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm'] },
    ),
    rule(
      'pure-packages',
      `Pure rooms import only ${purePackages.join('*, ')}* and leaves.`,
      { path: [inRooms(pureRooms), leafFiles], pathNot: testOnly },
      {
        couldNotResolve: false,
        pathNot: ['^src/', ...purePackages.map((name) => `node_modules/${name}`)],
      },
    ),
    rule(
      'hash-registry',
      'Hashes are called in one place, so that every domain tag is known. See hashCallers.',
      {
        path: '^src/threshold/',
        pathNot: [...hashCallers.map((path) => `^${escape(path)}`), testOnly],
      },
      { path: 'node_modules/@noble/hashes/', pathNot: 'node_modules/@noble/hashes/utils\\.' },
    ),
    rule('unresolvable', 'This import leads nowhere.', {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['\\.stryker-tmp/', '^dist'] },
    tsConfig: { fileName: 'tsconfig.node.json' },
    tsPreCompilationDeps: true, // sees 'import type' too
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
