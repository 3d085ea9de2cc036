/** Keys as they stand on the keyboard of who reads: `Ctrl+Z`, on a Mac `⌘Z`. Every screen, hint and menu names them here. */

const IS_MAC = /mac/i.test(globalThis.navigator?.platform ?? '');

/** A Mac prints signs, and no plus between them. */
const MAC_SIGNS: Readonly<Record<string, string>> = {
  Ctrl: '⌘',
  Alt: '⌥',
  Shift: '⇧',
  Enter: '↩',
};

/** `press`: what is held, then the key: `Ctrl+Z`, `Shift+→`, `Ctrl++`. */
export function keyWords(press: string, isMac: boolean = IS_MAC): string {
  return isMac
    ? press
        .split(/\+(?=.)/)
        .map((part) => MAC_SIGNS[part] ?? part)
        .join('')
    : press;
}

/** Several presses: each does it, or each one of the things that are named. */
export function Keys({ press }: { readonly press: string | readonly string[] }) {
  return [press].flat().map((one) => <kbd key={one}>{keyWords(one)}</kbd>);
}
