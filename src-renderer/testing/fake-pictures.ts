/** Pictures for development and tests: the same figure in as many colours as there are numbers, with or without a hat. */

const drawn = new Map<string, string>();

/** A blob URL; the same for the same arguments. */
export function figureUrl(seed: number, hasHat: boolean): string {
  const key = `${seed} ${hasHat}`;
  const known = drawn.get(key);
  if (known !== undefined) {
    return known;
  }
  const url = URL.createObjectURL(new Blob([figureSvg(seed, hasHat)], { type: 'image/svg+xml' }));
  drawn.set(key, url);
  return url;
}

/** The same as a data URL, as a probe answers it. */
export function figureDataUrl(seed: number): string {
  return `data:image/svg+xml;base64,${btoa(figureSvg(seed, true))}`;
}

function figureSvg(seed: number, hasHat: boolean): string {
  const hue = (seed * 47) % 360;
  const body = `hsl(${(hue + 190) % 360} 62% 66%)`;
  const hat = hasHat
    ? '<ellipse cx="50" cy="27" rx="16" ry="15" fill="#d8392b"/><ellipse cx="50" cy="35" rx="27" ry="10" fill="#d8392b"/>'
    : '';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="512" height="512">
<defs><linearGradient id="g" gradientTransform="rotate(${seed % 90})"><stop offset="0" stop-color="hsl(${hue} 55% 62%)"/><stop offset="1" stop-color="hsl(${(hue + 38) % 360} 60% 34%)"/></linearGradient></defs>
<rect width="100" height="100" fill="url(#g)"/><ellipse cx="50" cy="50" rx="24" ry="27" fill="${body}"/>
<ellipse cx="50" cy="104" rx="44" ry="36" fill="${body}"/><circle cx="43" cy="46" r="5" fill="#1c1a18"/><circle cx="57" cy="46" r="5" fill="#1c1a18"/>${hat}</svg>`;
}
