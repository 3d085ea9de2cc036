/** People and animals as printed illustrations: flat shapes, soft shadow, paper grain. Each answers an SVG. */

/** Grain and soft shading that all prints share. */
function print({ width, height }, seed, body, defs = '') {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 1000 1000" preserveAspectRatio="xMidYMid slice">
  <defs>
    <filter id="grain" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="0.85" numOctaves="3" seed="${seed}"/>
      <feColorMatrix values="0 0 0 0 0.5  0 0 0 0 0.5  0 0 0 0 0.5  0.9 0.9 0 0 -0.62"/></filter>
    <filter id="wash" x="0" y="0" width="100%" height="100%"><feTurbulence type="fractalNoise" baseFrequency="0.006" numOctaves="4" seed="${seed + 3}"/>
      <feColorMatrix values="0 0 0 0 1  0 0 0 0 0.96  0 0 0 0 0.88  0.9 0 0 0 -0.3"/></filter>
    <filter id="soft" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="26"/></filter>
    <filter id="softer" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="60"/></filter>
    <filter id="blush" x="-60%" y="-60%" width="220%" height="220%"><feGaussianBlur stdDeviation="14"/></filter>
    ${defs}
  </defs>
  ${body}
  <rect width="1000" height="1000" filter="url(#wash)" opacity="0.16"/>
  <rect width="1000" height="1000" filter="url(#grain)" opacity="0.2" style="mix-blend-mode:overlay"/>
  </svg>`;
}

const fade = (id, from, to, angle = 90) =>
  `<linearGradient id="${id}" gradientTransform="rotate(${angle} .5 .5)"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient>`;

/** Eyes, brows, nose and mouth of a calm face; the left half lies in the light. */
function features({ line, lip, iris = '#2b2320', y = 0, lids = '' }) {
  const eye = (
    x,
  ) => `<path d="M${x - 34} ${y + 452}q34 -30 68 0q-34 24 -68 0z" fill="#fbf6ee"/><circle cx="${x}" cy="${y + 450}" r="15.5" fill="${iris}"/>
    <circle cx="${x - 5}" cy="${y + 444}" r="4.6" fill="#fff"/><path d="M${x - 37} ${y + 452}q36 -34 74 0" fill="none" stroke="${line}" stroke-width="6.5" stroke-linecap="round"/>`;
  return `${lids}${eye(428)}${eye(568)}
  <path d="M386 ${y + 404}q42 -26 84 -6M528 ${y + 398}q42 -20 84 6" fill="none" stroke="${line}" stroke-width="11" stroke-linecap="round"/>
  <path d="M500 ${y + 440}q-6 58 -20 86q14 14 38 8" fill="none" stroke="${line}" stroke-opacity="0.5" stroke-width="6" stroke-linecap="round"/>
  <path d="M446 ${y + 584}q26 -16 50 -6q24 -10 50 6q-50 44 -100 0z" fill="${lip}"/>
  <path d="M446 ${y + 584}q50 14 100 0" fill="none" stroke="${line}" stroke-opacity="0.45" stroke-width="4.5"/>`;
}

export function womanWithScarf(size) {
  const body = `<rect width="1000" height="1000" fill="url(#bg)"/>
  <circle cx="700" cy="300" r="270" fill="#f7c978" opacity="0.55" filter="url(#softer)"/>
  <path d="M120 1000q20 -220 260 -268h240q240 48 262 268z" fill="url(#coat)"/>
  <path d="M260 1000q40 -170 150 -230l-30 230zM742 1000q-40 -170 -150 -230l30 230z" fill="#12303a" opacity="0.45"/>
  <path d="M300 430q-40 -260 200 -270q240 10 200 270q14 190 -50 260l-300 0q-66 -70 -50 -260z" fill="url(#hair)"/>
  <path d="M438 640h124l12 150q-74 60 -148 0z" fill="#c98562"/>
  <path d="M352 440q-6 -190 148 -196q154 6 148 196q-8 150 -72 204q-40 34 -76 34q-36 0 -76 -34q-64 -54 -72 -204z" fill="url(#skin)"/>
  <path d="M560 262q88 40 88 178q-8 150 -72 204q-40 34 -76 34q70 -60 92 -190q10 -120 -32 -226z" fill="#a8603f" opacity="0.28" filter="url(#blush)"/>
  <ellipse cx="406" cy="536" rx="38" ry="26" fill="#dd6b55" opacity="0.4" filter="url(#blush)"/><ellipse cx="594" cy="536" rx="38" ry="26" fill="#c4563f" opacity="0.4" filter="url(#blush)"/>
  ${features({ line: '#3a211b', lip: '#b8433f', iris: '#3f5a3a' })}
  <path d="M340 430q-14 -200 160 -206q-90 44 -108 130q-14 60 -52 76z" fill="url(#hair)"/><path d="M500 224q176 6 160 206q-44 -20 -58 -86q-20 -80 -102 -120z" fill="#3b1f17"/>
  <path d="M330 716q170 92 340 0q44 40 40 92q-210 120 -420 0q-4 -52 40 -92z" fill="url(#scarf)"/>
  <path d="M560 800q66 10 110 -20q40 120 30 220h-120q10 -110 -20 -200z" fill="#c24a2e"/>
  ${[0, 1, 2, 3, 4, 5].map((n) => `<path d="M${312 + n * 70} ${744 + (n % 2) * 12}q20 40 8 84" fill="none" stroke="#f6d9a0" stroke-width="7" stroke-linecap="round" opacity="0.85"/>`).join('')}
  <circle cx="336" cy="588" r="15" fill="#f0c14d"/><circle cx="332" cy="583" r="5" fill="#fff6d8"/><circle cx="664" cy="588" r="15" fill="#d9a332"/>`;
  const defs =
    fade('bg', '#e9a15b', '#8d3f3a') +
    fade('coat', '#1f5560', '#173c47') +
    fade('hair', '#54291c', '#2c1510', 20) +
    fade('skin', '#efb78f', '#d08d68', 15) +
    fade('scarf', '#e0623a', '#b53d2a');
  return print(size, 41, body, defs);
}

export function manWithGlasses(size) {
  const body = `<rect width="1000" height="1000" fill="url(#bg)"/>
  <rect x="90" y="80" width="300" height="420" rx="8" fill="#f1e2c2" opacity="0.28"/><path d="M240 80v420M90 290h300" stroke="#173a4a" stroke-width="12" opacity="0.4"/>
  <path d="M90 1000q30 -210 290 -262h240q260 52 292 262z" fill="url(#shirt)"/>
  <path d="M424 716l76 96l76 -96l44 44l-92 150l-28 -50l-28 50l-92 -150z" fill="#f4ecda"/><path d="M484 830h32l22 170h-76z" fill="#b5482f"/>
  <path d="M436 640h128l10 120l-74 66l-74 -66z" fill="#8d5a3c"/>
  <path d="M346 420q-6 -180 154 -188q160 8 154 188q-4 160 -76 226q-38 36 -78 36q-40 0 -78 -36q-72 -66 -76 -226z" fill="url(#skin)"/>
  <path d="M566 250q90 40 88 170q-4 160 -76 226q-38 36 -78 36q76 -60 96 -196q10 -130 -30 -236z" fill="#4d2a19" opacity="0.34" filter="url(#blush)"/>
  <path d="M350 520q10 160 72 196q78 44 156 0q62 -36 72 -196q-30 60 -78 62q-74 -30 -144 0q-48 -2 -78 -62z" fill="#2b1a14"/>
  <path d="M446 596q26 -14 52 -6q26 -8 52 6q-50 36 -104 0z" fill="#9c4a3c"/>
  ${features({ line: '#23140f', lip: '#8f4438', y: 4 })}
  <path d="M338 400q-26 -210 162 -220q190 8 164 220q-16 -24 -22 -66q-60 10 -150 -40q-62 40 -132 42q-6 40 -22 64z" fill="#231611"/>
  <g fill="none" stroke="#1d1a1c" stroke-width="11"><circle cx="428" cy="454" r="66" fill="#cfe3e6" fill-opacity="0.2"/><circle cx="572" cy="454" r="66" fill="#cfe3e6" fill-opacity="0.2"/><path d="M494 446q6 -10 12 0M362 446l-22 -14M638 446l22 -14"/></g>
  <path d="M392 430l30 -26M536 430l30 -26" stroke="#fff" stroke-width="7" stroke-linecap="round" opacity="0.7"/>`;
  const defs =
    fade('bg', '#3f7f8c', '#173a4a') +
    fade('shirt', '#2f3f63', '#1c2542') +
    fade('skin', '#b9805a', '#8d5638', 15);
  return print(size, 42, body, defs);
}

export function girlWithFlowers(size) {
  const petal = (x, y, r, colour) =>
    `<g transform="translate(${x} ${y})">${[0, 72, 144, 216, 288].map((turn) => `<ellipse cx="0" cy="${-r * 0.62}" rx="${r * 0.46}" ry="${r * 0.62}" fill="${colour}" transform="rotate(${turn})"/>`).join('')}<circle r="${r * 0.34}" fill="#f6c445"/></g>`;
  const leaf = (x, y, turn) =>
    `<path d="M0 0q36 -50 0 -104q-36 54 0 104z" fill="#3d7a52" transform="translate(${x} ${y}) rotate(${turn})"/>`;
  const wreath = [
    [330, 330, 46, '#f4f0ea'],
    [392, 262, 54, '#e8627a'],
    [472, 224, 46, '#f7b2b7'],
    [552, 232, 56, '#f4f0ea'],
    [628, 282, 50, '#e8627a'],
    [676, 350, 44, '#f7b2b7'],
  ];
  const body = `<rect width="1000" height="1000" fill="url(#bg)"/><circle cx="250" cy="220" r="220" fill="#fff3d6" opacity="0.7" filter="url(#softer)"/>
  ${[0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => leaf(40 + n * 118, 1010 - (n % 3) * 40, -24 + n * 6)).join('')}
  <path d="M170 1000q20 -200 240 -240h180q220 40 240 240z" fill="url(#dress)"/>
  <path d="M296 420q-30 -220 204 -230q234 10 204 230q30 260 20 420q-70 20 -110 -20l-230 0q-40 40 -108 20q-12 -160 20 -420z" fill="url(#hair)"/>
  <path d="M444 640h112l10 132q-66 50 -132 0z" fill="#dba58a"/>
  <path d="M356 444q-4 -184 144 -190q148 6 144 190q-8 146 -70 198q-38 32 -74 32q-36 0 -74 -32q-62 -52 -70 -198z" fill="url(#skin)"/>
  <path d="M560 270q86 44 84 174q-8 146 -70 198q-38 32 -74 32q66 -60 88 -186q10 -118 -28 -218z" fill="#c0785c" opacity="0.26" filter="url(#blush)"/>
  <ellipse cx="408" cy="540" rx="40" ry="28" fill="#ef8a83" opacity="0.55" filter="url(#blush)"/><ellipse cx="592" cy="540" rx="40" ry="28" fill="#e0736e" opacity="0.5" filter="url(#blush)"/>
  ${features({ line: '#6b3f22', lip: '#d6565b', iris: '#3d6f93' })}
  <path d="M340 440q-12 -190 160 -200q172 10 160 200q-30 -70 -60 -110q-90 10 -160 -40q-40 60 -100 150z" fill="url(#hair)"/>
  ${[...wreath.map(([x, y], n) => leaf(x - 20, y + 20, -60 + n * 26)), ...wreath.map(([x, y, r, colour]) => petal(x, y, r, colour))].join('')}
  ${petal(160, 820, 66, '#e8627a')}${petal(852, 792, 74, '#f4f0ea')}${petal(900, 900, 60, '#f7b2b7')}${petal(96, 930, 70, '#f4f0ea')}`;
  const defs =
    fade('bg', '#cfe3d2', '#6ea58c') +
    fade('dress', '#f0ead8', '#d9c7a2') +
    fade('hair', '#d8923f', '#a85f25', 10) +
    fade('skin', '#fbdcc4', '#efb99c', 15);
  return print(size, 43, body, defs);
}

export function cat(size) {
  const whisker = (y, turn, side) =>
    `<path d="M${500 + side * 60} ${y}q${side * 90} ${turn} ${side * 190} ${turn * 1.6}" fill="none" stroke="#fdf3e2" stroke-width="4" stroke-linecap="round" opacity="0.9"/>`;
  const stripe = (d) =>
    `<path d="${d}" fill="none" stroke="#a4501f" stroke-width="22" stroke-linecap="round" opacity="0.75"/>`;
  const body = `<rect width="1000" height="1000" fill="url(#bg)"/>
  <rect x="110" y="70" width="780" height="690" fill="url(#sky)"/><circle cx="690" cy="260" r="90" fill="#fff2cf" opacity="0.95"/><circle cx="690" cy="260" r="200" fill="#ffe2a8" opacity="0.5" filter="url(#softer)"/>
  <path d="M110 560q150 -90 300 -30q180 -90 480 10v220h-780z" fill="#6d8fae"/><path d="M110 640q200 -80 420 -10q180 -50 360 10v120h-780z" fill="#49708f"/>
  <path d="M110 70h780v690h-780zM500 70v690M110 400h780" fill="none" stroke="#f5ead6" stroke-width="26"/>
  <rect x="40" y="760" width="920" height="60" fill="#f3e4c8"/><rect x="40" y="810" width="920" height="190" fill="#c98f6a"/><rect x="40" y="810" width="920" height="26" fill="#7a4a33" opacity="0.4"/>
  <ellipse cx="520" cy="772" rx="300" ry="26" fill="#5d3a28" opacity="0.45" filter="url(#blush)"/>
  <path d="M720 770q170 -20 150 -190q-6 -60 -44 -62q34 60 8 120q-26 60 -130 60z" fill="#d9772f"/>
  <path d="M290 770q-20 -300 130 -380h160q160 80 150 380z" fill="url(#fur)"/><path d="M420 770q-10 -200 80 -240q90 40 80 240z" fill="#fbe6c8"/>
  <path d="M330 400l-22 -190q90 30 130 92q62 -16 124 0q40 -62 130 -92l-22 190q20 90 -30 150q-60 60 -140 60q-80 0 -140 -60q-50 -60 -30 -150z" fill="url(#fur)"/>
  <path d="M330 240l14 100l62 -56zM670 240l-14 100l-62 -56z" fill="#f3a58a"/><path d="M420 520q80 -70 160 0q20 70 -80 84q-100 -14 -80 -84z" fill="#fdeed8"/>
  ${stripe('M500 312v64')}${stripe('M454 322l10 50')}${stripe('M546 322l-10 50')}${stripe('M312 640q40 10 70 0')}${stripe('M306 700q46 10 84 0')}${stripe('M690 640q-40 10 -70 0')}${stripe('M696 700q-46 10 -84 0')}
  <ellipse cx="430" cy="446" rx="42" ry="46" fill="#d7e27a"/><ellipse cx="570" cy="446" rx="42" ry="46" fill="#c4d268"/><ellipse cx="432" cy="448" rx="15" ry="38" fill="#1d1a16"/><ellipse cx="568" cy="448" rx="15" ry="38" fill="#1d1a16"/><circle cx="424" cy="428" r="9" fill="#fff"/><circle cx="560" cy="428" r="9" fill="#fff"/>
  <path d="M478 524h44l-22 26z" fill="#d9665c"/><path d="M500 550v18q-22 26 -46 8M500 568q22 26 46 8" fill="none" stroke="#7a3f2a" stroke-width="7" stroke-linecap="round"/>
  ${whisker(552, -20, 1)}${whisker(566, 6, 1)}${whisker(578, 30, 1)}${whisker(552, -20, -1)}${whisker(566, 6, -1)}${whisker(578, 30, -1)}
  <path d="M384 770q-4 -60 40 -62q44 2 40 62zM536 770q-4 -60 40 -62q44 2 40 62z" fill="#fdeed8"/>`;
  const defs =
    fade('bg', '#e8c9a0', '#c99468') +
    fade('sky', '#f3b98c', '#a8c3d8') +
    fade('fur', '#ee9a48', '#cf6f2a', 20);
  return print(size, 44, body, defs);
}

export function owl(size) {
  const feather = (x, y, colour) =>
    `<path d="M${x - 22} ${y}q22 -14 44 0q0 44 -22 62q-22 -18 -22 -62z" fill="${colour}"/>`;
  const rows = [0, 1, 2, 3, 4, 5].flatMap((row) =>
    Array.from({ length: 7 - (row % 2) }, (_, n) =>
      feather(
        500 + (n - (6 - (row % 2)) / 2) * 46,
        560 + row * 42,
        ['#e9d3ad', '#d3b283', '#c19a66'][(row + n) % 3],
      ),
    ),
  );
  const star = (n) =>
    `<circle cx="${(n * 379) % 1000}" cy="${(n * 211) % 620}" r="${1.4 + (n % 4)}" fill="#fdf3d0" opacity="${0.4 + (n % 6) / 10}"/>`;
  const needle = (x, y, turn) =>
    `<path d="M0 0q14 -40 0 -84q-14 44 0 84z" fill="#1d4a42" transform="translate(${x} ${y}) rotate(${turn})"/>`;
  const body = `<rect width="1000" height="1000" fill="url(#bg)"/>${Array.from({ length: 90 }, (_, n) => star(n + 1)).join('')}
  <circle cx="280" cy="250" r="240" fill="#f9e7b4" opacity="0.35" filter="url(#softer)"/><circle cx="280" cy="250" r="132" fill="#fbeec5"/><circle cx="240" cy="220" r="24" fill="#e8d49c"/><circle cx="318" cy="290" r="34" fill="#ead8a4"/><circle cx="300" cy="196" r="14" fill="#e8d49c"/>
  <path d="M0 860q240 -60 500 -30q300 30 500 -40v70q-200 70 -500 46q-260 -26 -500 34z" fill="#4a3021"/><path d="M0 878q240 -60 500 -30q300 30 500 -40v16q-200 70 -500 40q-260 -26 -500 34z" fill="#7a5233"/>
  ${Array.from({ length: 22 }, (_, n) => needle(20 + n * 46, 872 - (n % 5) * 12, -60 + ((n * 47) % 120))).join('')}
  <path d="M500 240q230 0 236 330q0 240 -150 290h-172q-150 -50 -150 -290q6 -330 236 -330z" fill="url(#wing)"/>
  <path d="M500 480q150 10 150 210q-10 130 -90 170h-120q-80 -40 -90 -170q0 -200 150 -210z" fill="#f0dfbf"/>${rows.join('')}
  <path d="M264 560q-40 200 90 290q-30 -160 -10 -300zM736 560q40 200 -90 290q30 -160 10 -300z" fill="#5b3a25"/>
  <path d="M316 210q60 40 110 46h148q50 -6 110 -46q10 90 -20 150h-328q-30 -60 -20 -150z" fill="#7b5133"/>
  <circle cx="408" cy="396" r="116" fill="#f3e3c3"/><circle cx="592" cy="396" r="116" fill="#e9d6b1"/><circle cx="414" cy="398" r="72" fill="#f2a93b"/><circle cx="586" cy="398" r="72" fill="#e89a2b"/><circle cx="416" cy="398" r="44" fill="#16110d"/><circle cx="584" cy="398" r="44" fill="#16110d"/><circle cx="398" cy="378" r="15" fill="#fff"/><circle cx="566" cy="378" r="15" fill="#fff"/>
  <path d="M470 440q30 -24 60 0q-4 60 -30 84q-26 -24 -30 -84z" fill="#d98b2b"/>
  ${[430, 470, 530, 570].map((x) => `<ellipse cx="${x}" cy="852" rx="20" ry="32" fill="#d98b2b"/>`).join('')}`;
  const defs = fade('bg', '#16264a', '#3b5a86') + fade('wing', '#8a5c3a', '#5f3c25');
  return print(size, 45, body, defs);
}
