/** Queries of the gallery with a name. */
import { galleryQuerySchema, type GalleryQuery, type SmartView } from '@shared/model/gallery';
import type { Db } from '../database/driver';
import { type Note, readJson } from '../database/json-column';

export const SMART_VIEWS_SCHEMA = `
CREATE TABLE smart_views (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, query TEXT NOT NULL) STRICT;
`;

export function createSmartViews(db: Db, note: Note) {
  const all = db.prepare<{ id: number; name: string; query: string }>(
    'SELECT id, name, query FROM smart_views ORDER BY name COLLATE NOCASE, id',
  );
  const add = db.prepare('INSERT INTO smart_views (name, query) VALUES (?, ?)');
  const put = db.prepare('INSERT OR REPLACE INTO smart_views (id, name, query) VALUES (?, ?, ?)');
  const drop = db.prepare('DELETE FROM smart_views WHERE id = ?');
  return {
    list: (): readonly SmartView[] =>
      all.all().flatMap(({ id, name, query }) => {
        const read = readJson(query, galleryQuerySchema, { what: `The smart view "${name}"`, note });
        return read === null ? [] : { id, name, query: read };
      }),
    /** Without an id: a new one; with one: it is written, and made again when it was removed. */
    save({ id, name, query }: { id?: number | undefined; name: string; query: GalleryQuery }): SmartView {
      const text = JSON.stringify(query);
      const saved = id ?? add.run(name, text).lastId;
      if (id !== undefined) {
        put.run(id, name, text);
      }
      return { id: saved, name, query };
    },
    remove: (viewId: number): void => void drop.run(viewId),
  };
}
