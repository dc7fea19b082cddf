import { describe, expect, it } from 'vitest';
import { stageView } from './stages.ts';

describe('stages', () => {
  it('stay in place and fill in', () => {
    const view = stageView('sign', 'multiply shares', 'waiting for member 3');
    expect(view.stages.map(({ state }) => state)).toEqual(['done', 'done', 'active', 'waiting']);
    expect(view.stages.map(({ detail }) => detail)).toEqual([
      undefined,
      undefined,
      'waiting for member 3',
      undefined,
    ]);
  });

  it('run from 0 to 1', () => {
    for (const ceremony of ['keygen', 'sign', 'sign-taproot', 'pair-setup'] as const) {
      const before = stageView(ceremony, undefined);
      expect(before.progress).toBe(0);
      expect(new Set(before.stages.map(({ state }) => state))).toEqual(new Set(['waiting']));
      const progress = before.stages.map(({ id }) => stageView(ceremony, id).progress);
      expect(progress).toEqual([...progress].sort((a, b) => a - b));
      expect(new Set(progress).size).toBe(progress.length);
      const after = stageView(ceremony, 'done');
      expect(after.progress).toBe(1);
      expect(new Set(after.stages.map(({ state }) => state))).toEqual(new Set(['done']));
    }
  });

  it('refuse a name that the ceremony does not have', () => {
    expect(() => stageView('keygen', 'multiply shares')).toThrow(RangeError);
  });
});
