/**
 * What of an answer has been told while it came. A request that is asked again begins its answer anew, and what went out
 * cannot be taken back: pieces go on where the new answer says the same, and only there. Pure.
 */
export interface ToldText {
  delta(text: string): void;
  /** What came so far is void. */
  again(): void;
  /** Tells the rest of the whole answer; false: what was told is not its beginning. */
  end(whole: string): boolean;
}

export function createToldText(tell: (text: string) => void): ToldText {
  let told = '';
  let current = '';
  /** What came is what was told. */
  let isLevel = true;

  function say(text: string): void {
    if (text !== '') {
      told += text;
      tell(text);
    }
  }

  return {
    delta(text) {
      if (isLevel) {
        say(text);
        return;
      }
      current += text;
      if (current.startsWith(told)) {
        say(current.slice(told.length));
        isLevel = true;
      }
    },
    again() {
      current = '';
      isLevel = told === '';
    },
    end(whole) {
      if (!whole.startsWith(told)) {
        return false;
      }
      say(whole.slice(told.length));
      return true;
    },
  };
}
