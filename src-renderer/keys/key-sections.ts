/** All keys by the place where they work, for the sheet under `?`. */
import { ENDPOINT_KEYS, FLEET_KEYS, KEY_ROW_KEYS, KEY_WALK_KEYS, SHARE_KEYS, TAB_KEYS } from './fleet-keys';
import {
  CHOOSE_KEYS,
  FACET_KEYS,
  FACET_WALK_KEYS,
  GALLERY_KEYS,
  SEARCH_KEYS,
  VERDICT_KEYS,
  VIEW_KEYS,
} from './gallery-keys';
import type { View } from '../state/ui-store';
import type { KeyLines } from './key-line';
import { COMPARE_KEYS, LOUPE_KEYS, OPEN_KEYS, WALK_KEYS } from './picture-keys';
import { ARENA_KEYS, INSTRUCTION_EDITOR_KEYS, REVIEW_KEYS } from './review-keys';
import { SETTINGS_KEYS } from './settings-keys';
import {
  ATTACHED_KEYS,
  HISTORY_KEYS,
  LIBRARY_KEYS,
  MASK_HAND_KEYS,
  MASK_KEYS,
  STUDIO_ALWAYS_KEYS,
  STUDIO_KEYS,
  TREE_LIST_KEYS,
  TREE_WALK_KEYS,
} from './studio-keys';
import { ANSWER_KEYS, CANDIDATE_KEYS, PROMPT_KEYS, REQUEST_KEYS, STORY_KEYS } from './text-keys';
import { EDGE_KEYS, MENU_KEYS, WINDOW_KEYS } from './window-keys';
import {
  ASKED_KEYS,
  COMPLETION_KEYS,
  EXPORT_KEYS,
  NEW_RUN_KEYS,
  QUEUE_KEYS,
  QUEUE_RUN_KEYS,
  RUN_KEYS,
  TEXT_KEYS,
} from './work-keys';

export interface KeySection {
  readonly screen: string;
  /** Shown first on these. */
  readonly views: readonly View['kind'][];
  /** One table for each part of the screen: within it, a press means one thing. */
  readonly tables: readonly KeyLines[];
}

export const KEY_SECTIONS: readonly KeySection[] = [
  { screen: 'Everywhere', views: [], tables: [WINDOW_KEYS, MENU_KEYS, EDGE_KEYS] },
  {
    screen: 'Studio',
    views: ['studio'],
    tables: [
      [...STUDIO_ALWAYS_KEYS, ...STUDIO_KEYS, ...COMPARE_KEYS],
      HISTORY_KEYS,
      TREE_WALK_KEYS,
      ATTACHED_KEYS,
      TREE_LIST_KEYS,
      LIBRARY_KEYS,
    ],
  },
  { screen: 'Mask', views: ['studio'], tables: [[...MASK_KEYS, ...MASK_HAND_KEYS]] },
  {
    screen: 'Text',
    views: ['text'],
    tables: [
      [...TEXT_KEYS, ...REQUEST_KEYS, ...ANSWER_KEYS, ...CANDIDATE_KEYS],
      [...PROMPT_KEYS, ...HISTORY_KEYS],
      ATTACHED_KEYS,
      ASKED_KEYS,
    ],
  },
  { screen: 'Story', views: ['text'], tables: [STORY_KEYS] },
  { screen: 'New run', views: ['newRun'], tables: [NEW_RUN_KEYS, COMPLETION_KEYS] },
  {
    screen: 'Run',
    views: ['runs'],
    tables: [
      [...RUN_KEYS, ...EXPORT_KEYS],
      [...WALK_KEYS, ...OPEN_KEYS],
    ],
  },
  {
    screen: 'Gallery',
    views: ['gallery'],
    tables: [
      [...GALLERY_KEYS, ...VERDICT_KEYS],
      [...WALK_KEYS, ...OPEN_KEYS, ...CHOOSE_KEYS],
      SEARCH_KEYS,
      FACET_WALK_KEYS,
      FACET_KEYS,
      VIEW_KEYS,
    ],
  },
  { screen: 'Close look', views: ['gallery', 'runs'], tables: [[...LOUPE_KEYS, ...COMPARE_KEYS]] },
  {
    screen: 'Review',
    views: ['review'],
    tables: [[...REVIEW_KEYS, ...COMPARE_KEYS, ...EXPORT_KEYS], INSTRUCTION_EDITOR_KEYS],
  },
  { screen: 'Arena', views: ['arena'], tables: [[...ARENA_KEYS, ...EXPORT_KEYS]] },
  { screen: 'Queue', views: [], tables: [[...QUEUE_RUN_KEYS, ...QUEUE_KEYS]] },
  {
    screen: 'Endpoints',
    views: ['endpoints'],
    tables: [
      [...ENDPOINT_KEYS, ...FLEET_KEYS, ...QUEUE_KEYS],
      SHARE_KEYS,
      TAB_KEYS,
      [...KEY_WALK_KEYS, ...KEY_ROW_KEYS],
    ],
  },
  { screen: 'Settings', views: ['settings'], tables: [SETTINGS_KEYS] },
];

/** Those of what is on screen first, then what works everywhere. */
export function sectionsFor(view: View['kind']): readonly KeySection[] {
  const isHere = ({ views }: KeySection) => views.includes(view);
  return [...KEY_SECTIONS.filter(isHere), ...KEY_SECTIONS.filter((section) => !isHere(section))];
}
