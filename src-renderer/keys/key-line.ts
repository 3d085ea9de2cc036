/**
 * What a line of the sheet under `?` is: an intent, its keys, and the presses that do it. Handlers look a press up in the
 * same lines that the sheet prints, and have an act for each of them by type: no key works that is not told, none is told
 * that does not work.
 */
export interface KeyLine {
  readonly intent: string;
  /** As the sheet shows them. */
  readonly keys: readonly string[];
  /** The presses that mean each act, as `pressName` calls them. None: a key held with those of another line. */
  readonly acts: Readonly<Record<string, readonly string[]>>;
}

export type KeyLines = readonly KeyLine[];

type NamesOf<Acts> = Acts extends unknown ? keyof Acts & string : never;

/** What the presses of these lines can mean. */
export type ActOf<Lines extends KeyLines> = NamesOf<Lines[number]['acts']>;

export type PressedKey = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** `p`, `Shift+P`, `Ctrl+Alt+0`, `Ctrl+ArrowUp`, `Space`. `Ctrl` stands for Cmd, too; letters are small, whatever Caps Lock says. */
export function pressName({ key, ctrlKey, metaKey, altKey, shiftKey }: PressedKey): string {
  const isSign = key.length === 1 && key !== ' ';
  const isLetter = isSign && key.toLowerCase() !== key.toUpperCase();
  // A sign that needs Shift on one keyboard needs none on another.
  const hasShift = shiftKey && (isLetter || !isSign);
  const name = isSign ? key.toLowerCase() : key === ' ' ? 'Space' : key;
  const held = [ctrlKey || metaKey ? 'Ctrl' : '', altKey ? 'Alt' : '', hasShift ? 'Shift' : ''];
  return [...held, name].filter((part) => part !== '').join('+');
}

export function actOf<const Lines extends KeyLines>(
  lines: Lines,
  event: PressedKey,
): ActOf<Lines> | undefined {
  return actNamed(lines, pressName(event));
}

/** The same for a press that is named already. */
export function actNamed<const Lines extends KeyLines>(
  lines: Lines,
  press: string,
): ActOf<Lines> | undefined {
  for (const { acts } of lines) {
    for (const [act, presses] of Object.entries(acts)) {
      if (presses.includes(press)) {
        return act as ActOf<Lines>;
      }
    }
  }
  return undefined;
}

/** Whether a press would also write something: such a key waits until nobody types. */
export function isWriting(event: PressedKey): boolean {
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey;
}
