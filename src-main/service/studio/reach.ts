/**
 * What a browser may ask of the router: running, comparing and reviewing. What sets the machine up (its keys, where they
 * are sent, who may come in, where files are written) is done by who sits at it.
 */
import type { Contract } from '@shared/contract';

/**
 * `open`: any login may. `spends`: costs money, or lets more be spent; capped-calls.ts says what of it a token with a
 * cap may do. `window`: only who sits at the machine.
 */
type Reach = 'open' | 'spends' | 'window';

/** Every call of the contract, so that the compiler asks about a new one before a browser can make it. */
export const REACH: {
  readonly [Group in keyof Contract]: { readonly [Call in keyof Contract[Group]]: Reach };
} = {
  system: {
    info: 'open',
    events: 'open',
    setTheme: 'open',
    setInterfaceSize: 'window',
    openLogs: 'window',
    openLink: 'open',
    report: 'open',
  },
  settings: {
    get: 'open',
    set: 'window',
  },
  files: {
    pick: 'open',
  },
  datasets: {
    open: 'open',
    fromPrompts: 'open',
    fromImages: 'open',
    fromPictures: 'open',
    withFolders: 'window',
    sample: 'open',
    list: 'open',
    rows: 'open',
  },
  models: {
    list: 'open',
    add: 'window',
    remove: 'window',
  },
  runs: {
    plan: 'open',
    start: 'spends',
    resume: 'spends',
    preflight: 'open',
    cancel: 'open',
    setPriority: 'open',
    move: 'open',
    rename: 'open',
    setOptions: 'spends',
    rerun: 'spends',
    stop: 'open',
    rerunJob: 'spends',
    list: 'open',
    sessions: 'open',
    get: 'open',
    jobs: 'open',
    job: 'open',
    failures: 'open',
    unplaced: 'open',
    showFolder: 'window',
    export: 'open',
  },
  review: {
    queue: 'open',
    counts: 'open',
    set: 'open',
    rerun: 'spends',
    versions: 'open',
    takeBack: 'open',
  },
  studio: {
    trees: 'open',
    tree: 'open',
    bring: 'open',
    bringResults: 'open',
    send: 'spends',
    cancel: 'open',
    retry: 'spends',
    renameTree: 'open',
    renameNode: 'open',
    prune: 'open',
    restore: 'open',
    removeTree: 'open',
    restoreTree: 'open',
    exportTree: 'open',
    applyChain: 'spends',
    instructions: 'open',
  },
  presets: {
    list: 'open',
    save: 'open',
    remove: 'open',
    restore: 'open',
    export: 'open',
    import: 'open',
  },
  gallery: {
    search: 'open',
    page: 'open',
    ids: 'open',
    findRow: 'open',
    placeOf: 'open',
    texts: 'open',
    sum: 'open',
    tags: 'open',
    change: 'open',
    undo: 'open',
    rerun: 'spends',
    emptyTrash: 'window',
    views: 'open',
    saveView: 'open',
    removeView: 'open',
  },
  arena: {
    list: 'open',
    offers: 'open',
    create: 'open',
    get: 'open',
    pair: 'open',
    choose: 'open',
    undo: 'open',
    outcome: 'open',
    remove: 'open',
    restore: 'open',
  },
  pictures: {
    export: 'open',
    facts: 'open',
    saveAs: 'open',
    copy: 'open',
    showInFolder: 'window',
    prepareDrag: 'open',
    editElsewhere: 'window',
    editor: 'open',
    chooseEditor: 'window',
    forgetEditor: 'window',
    readRecipe: 'open',
  },
  text: {
    ask: 'spends',
    history: 'open',
    asked: 'open',
    forget: 'open',
    recall: 'open',
    checkSchema: 'open',
    answers: 'open',
    answer: 'open',
    saveAnswer: 'open',
    improve: 'spends',
    describe: 'spends',
    addAnswers: 'open',
    judge: 'spends',
    story: 'open',
    storyPictures: 'spends',
  },
  service: {
    status: 'open',
    settings: 'open',
    set: 'window',
    tokens: 'open',
    addToken: 'window',
    updateToken: 'window',
    revokeToken: 'window',
  },
  endpoints: {
    list: 'open',
    add: 'window',
    update: 'window',
    remove: 'window',
    test: 'spends',
    move: 'window',
    reset: 'window',
    probe: 'spends',
    usage: 'open',
    events: 'open',
  },
  groups: {
    list: 'open',
    save: 'window',
    remove: 'window',
  },
  keys: {
    add: 'window',
    update: 'window',
    reset: 'window',
    remove: 'window',
    importEnv: 'window',
  },
  vault: {
    status: 'open',
    choose: 'window',
    unlock: 'window',
  },
};

const REACH_OF: ReadonlyMap<string, Reach> = new Map(
  Object.entries(REACH).flatMap(([group, calls]) =>
    Object.entries(calls).map(([call, reach]): [string, Reach] => [`${group}.${call}`, reach]),
  ),
);

export const ONLY_WINDOW =
  'This is done in the window of Brushfleet, on the computer that runs it; a browser cannot.';
const ONLY_DEFAULT_FOLDER =
  'From a browser, results go to the usual folder of the computer that runs Brushfleet: download them from the run.';
const ONLY_PUBLIC_URLS =
  'Addresses of a private network are only read where the window of Brushfleet allows it, in its settings: leave allowPrivateUrls out.';

/** Null: it may be asked; else one sentence. What is not in the record is not within reach. */
export function whyNot(path: readonly string[], input: unknown): string | null {
  const call = path.join('.');
  const reach = REACH_OF.get(call);
  if (reach === undefined || reach === 'window') {
    return ONLY_WINDOW;
  }
  // Whoever may name addresses in a dataset would reach what only the machine itself can.
  if (fieldOf(fieldOf(input, 'options'), 'allowPrivateUrls') === true) {
    return ONLY_PUBLIC_URLS;
  }
  return fieldOf(input, 'outputGrant') === undefined ? null : ONLY_DEFAULT_FOLDER;
}

export function spends(path: readonly string[]): boolean {
  return REACH_OF.get(path.join('.')) === 'spends';
}

function fieldOf(input: unknown, field: string): unknown {
  const fields: object = typeof input === 'object' && input !== null ? input : {};
  return Object.entries(fields).find(([name]) => name === field)?.[1];
}
