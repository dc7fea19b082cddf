// Builds the runner of the registry's fixtures and runs it: Node does not read TypeScript.
import { run } from './typescript.mjs';

process.exitCode = await run('scripts/clear-signing/main.ts');
