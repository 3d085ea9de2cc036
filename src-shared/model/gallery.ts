/** The gallery over every run: what is searched for, in which order, and which of the results are meant. */
import { z } from 'zod';

const id = z.number().int().positive();

/** What results are told apart by beside free text. `day`: of the answer, `2026-11-21` by this machine's clock. */
export const GALLERY_FACETS = [
  'state',
  'verdict',
  'reason',
  'rating',
  'suspicion',
  'tag',
  'run',
  'model',
  'endpoint',
  'failure',
  'day',
] as const;
export const galleryFacetSchema = z.enum(GALLERY_FACETS);
export type GalleryFacet = z.infer<typeof galleryFacetSchema>;

/** Of the run facet: all requests of the studio. */
export const STUDIO_RUNS = 'studio';
/** Of the facets suspicion, tag and reason: results that were measured and have none; results without a tag; rejected for no reason. */
export const NONE = 'none';

const values = z.array(z.string().max(400)).max(500);
/** A result is shown when it has one of `include`, where there are any, and none of `exclude`. */
export const facetChoiceSchema = z.object({ include: values, exclude: values });
export type FacetChoice = Readonly<z.infer<typeof facetChoiceSchema>>;

export const GALLERY_SORTS = ['newest', 'oldest', 'row', 'suspicion', 'rating', 'model'] as const;
export const gallerySortSchema = z.enum(GALLERY_SORTS);
export type GallerySort = z.infer<typeof gallerySortSchema>;

export const galleryQuerySchema = z.object({
  /** Words that all occur, `"phrases"`, `-without`, `column:word`. Whatever is typed is understood somehow. */
  text: z.string().max(2000),
  /** Where neither a state nor a failure is asked for, only pictures are shown (`done`). */
  facets: z.partialRecord(galleryFacetSchema, facetChoiceSchema),
  sort: gallerySortSchema,
  /** `trash`: what was deleted, and nothing else. */
  place: z.enum(['library', 'trash']),
});
export type GalleryQuery = Readonly<z.infer<typeof galleryQuerySchema>>;

export const EVERYTHING: GalleryQuery = { text: '', facets: {}, sort: 'newest', place: 'library' };

/** Which results are meant: those named, or all that a query finds: in the list that was seen, else when it is carried out. */
export const gallerySelectionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ids'), jobIds: z.array(id).max(100_000) }),
  z.object({
    kind: z.literal('matching'),
    query: galleryQuerySchema,
    /** These are not meant. */
    except: z.array(id).max(100_000),
    /** The list on screen. Once it is no longer kept, more results than it had are not changed unseen. */
    seen: z.object({ snapshot: z.string(), total: z.number().int() }).optional(),
  }),
]);
export type GallerySelection = Readonly<z.infer<typeof gallerySelectionSchema>>;

export const facetCountSchema = z.object({
  value: z.string(),
  /** As it is shown. */
  label: z.string(),
  /** Results that would be shown with this value alone in its facet. */
  count: z.number().int(),
});
export type FacetCount = Readonly<z.infer<typeof facetCountSchema>>;

export const galleryAnswerSchema = z.object({
  /** Of this list of results: pages of it stay as they are while new results come in. */
  snapshot: z.string(),
  total: z.number().int(),
  /** In the library, whatever the query; in the trash. */
  all: z.number().int(),
  trashed: z.number().int(),
  facets: z.record(galleryFacetSchema, z.array(facetCountSchema)),
  /** Jobs whose words can be searched so far; null: all. */
  indexing: z.object({ done: z.number().int(), total: z.number().int() }).nullable(),
});
export type GalleryAnswer = Readonly<z.infer<typeof galleryAnswerSchema>>;

export const tagSchema = z.object({ id, name: z.string(), count: z.number().int() });
export type Tag = Readonly<z.infer<typeof tagSchema>>;
export const tagNameSchema = z.string().trim().min(1).max(60);

/** A query with a name. */
export const smartViewSchema = z.object({
  id,
  name: z.string().trim().min(1).max(120),
  query: galleryQuerySchema,
});
export type SmartView = Readonly<z.infer<typeof smartViewSchema>>;

/** What is done to many results at once; each can be undone. */
export const galleryChangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('verdict'), verdict: z.enum(['accepted', 'rejected']).nullable() }),
  z.object({ kind: z.literal('rating'), rating: z.number().int().min(1).max(5).nullable() }),
  z.object({ kind: z.literal('addTag'), name: tagNameSchema }),
  z.object({ kind: z.literal('removeTag'), name: tagNameSchema }),
  /** To the trash; no file is touched. */
  z.object({ kind: z.literal('trash') }),
  z.object({ kind: z.literal('restore') }),
]);
export type GalleryChange = Readonly<z.infer<typeof galleryChangeSchema>>;

/** What a selection holds, before something is done to it. */
export const selectionSumSchema = z.object({
  count: z.number().int(),
  done: z.number().int(),
  runs: z.number().int(),
  bytes: z.number(),
  /** What they cost when they were made, as far as it is known: sending them again costs about as much. US dollars. */
  costUsd: z.number().nullable(),
});
export type SelectionSum = Readonly<z.infer<typeof selectionSumSchema>>;

export function isEverything({ text, facets }: GalleryQuery): boolean {
  return text.trim() === '' && GALLERY_FACETS.every((facet) => isOpen(facets[facet]));
}

export function isOpen(choice: FacetChoice | undefined): boolean {
  return choice === undefined || (choice.include.length === 0 && choice.exclude.length === 0);
}

/** The states that are shown: those asked for; else failures, where one was asked for; else pictures. */
export function statesOf({ facets }: GalleryQuery): {
  readonly states: readonly string[];
  isImplied: boolean;
} {
  const asked = facets.state?.include ?? [];
  if (asked.length > 0) {
    return { states: asked, isImplied: false };
  }
  return { states: (facets.failure?.include ?? []).length > 0 ? ['failed'] : ['done'], isImplied: true };
}

export type FacetMark = 'include' | 'exclude';

/** The query with a value marked so, or freed of its mark when it had that one. */
export function toggled(
  query: GalleryQuery,
  facet: GalleryFacet,
  { value, mark }: { readonly value: string; readonly mark: FacetMark },
): GalleryQuery {
  const { include = [], exclude = [] } = query.facets[facet] ?? {};
  const without = (list: readonly string[]) => list.filter((one) => one !== value);
  const add = (list: readonly string[], isWanted: boolean) =>
    isWanted && !list.includes(value) ? [...list, value] : without(list);
  const choice = { include: add(include, mark === 'include'), exclude: add(exclude, mark === 'exclude') };
  return { ...query, facets: { ...query.facets, [facet]: choice } };
}
