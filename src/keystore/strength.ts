/** How hard a passphrase is to guess. No rules of composition: only guesses count. */

export interface PassphraseStrength {
  /** 0 (guessed at once) to 4. */
  readonly score: 0 | 1 | 2 | 3 | 4;
  /** How long it would hold against an offline guesser (10,000 guesses a second), in words. */
  readonly holds: string;
  readonly advice: string | undefined;
}

/** What a person would type because of where they are. */
const OBVIOUS = ['countersign', 'wallet', 'vault', 'passphrase'];

/** Characters looked at. The estimator runs in the page, and its time grows faster than the length. */
const MAX_JUDGED = 64;

const loadEstimator = async () => {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  return new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    translations: english.translations,
    maxLength: MAX_JUDGED,
  });
};

let estimator: ReturnType<typeof loadEstimator> | undefined;

/** Estimates a passphrase. The dictionaries are loaded on the first call. */
export async function passphraseStrength(passphrase: string): Promise<PassphraseStrength> {
  estimator ??= loadEstimator();
  const { score, crackTimes, feedback } = (await estimator).check(
    passphrase.normalize('NFKC'),
    OBVIOUS,
  );
  return {
    score,
    holds: crackTimes.offlineSlowHashingXPerSecond.display,
    advice: score === 4 ? undefined : advise(feedback.warning, feedback.suggestions),
  };
}

function advise(warning: string | null, suggestions: readonly string[]): string {
  const sentences = [warning, suggestions[0]].filter(
    (sentence) => sentence !== null && sentence !== undefined && sentence !== '',
  );
  return sentences.length > 0 ? sentences.join(' ') : 'Use four or more unrelated words.';
}
