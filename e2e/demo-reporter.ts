/** Lets the demo speak for itself: what it prints, and one sentence if it could not go on. */
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestError, TestResult } from '@playwright/test/reporter';

export default class DemoReporter implements Reporter {
  onStdOut(chunk: string | Buffer): void {
    process.stdout.write(chunk);
  }

  onStdErr(chunk: string | Buffer): void {
    process.stderr.write(chunk);
  }

  onTestEnd(_test: TestCase, { status, errors }: TestResult): void {
    if (status === 'passed' || status === 'interrupted') return;
    process.stdout.write('\nThe demo could not go on at the step named last.\n');
    for (const error of errors) this.onError(error);
  }

  onError({ message }: TestError): void {
    process.stdout.write(`${stripVTControlCharacters(message ?? 'It ended without a reason.')}\n`);
  }
}
