// Builds the import of descriptor registries and runs it: Node does not read TypeScript.
import { run } from './typescript.mjs';

process.exitCode = await run('scripts/registry/main.ts');
