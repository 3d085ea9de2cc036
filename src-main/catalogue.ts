/** Reads the model catalogue that comes with the program. */
import { readFile } from 'node:fs/promises';
import { type Catalogue, catalogueSchema } from '@shared/model/catalogue';

/** Throws when the file is missing or is no catalogue: it is part of the program, not of the user's data. */
export async function loadCatalogue(path: string): Promise<Catalogue> {
  return catalogueSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}
