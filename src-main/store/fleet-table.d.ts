import { type CatalogueModel } from '@shared/model/catalogue';
import { type Settings } from '@shared/model/settings';
import type { Db } from './driver';
import { type Note } from './json-column';
import type { StoredKey } from './store';
/** A record that cannot be read stays where it is, is left out, and is noted: another version may understand it. */
export declare function createFleetTable(db: Db, note: Note): {
    endpoints: () => readonly Readonly<{
        id: string;
        name: string;
        provider: "google_genai" | "openai";
        baseUrl: string;
        apiVersion: string;
        enabled: boolean;
        weight: number;
        limits: {
            requestsPerMinute?: number | undefined;
            concurrency?: number | undefined;
        };
        timeoutMs: number;
        options: {
            editField?: "image" | "image[]" | undefined;
            responseFormat?: "always" | "auto" | "never" | undefined;
            imagesVia?: "chat" | "images" | undefined;
        };
        demo: boolean;
    }>[];
    saveEndpoint: (value: Readonly<{
        id: string;
        name: string;
        provider: "google_genai" | "openai";
        baseUrl: string;
        apiVersion: string;
        enabled: boolean;
        weight: number;
        limits: {
            requestsPerMinute?: number | undefined;
            concurrency?: number | undefined;
        };
        timeoutMs: number;
        options: {
            editField?: "image" | "image[]" | undefined;
            responseFormat?: "always" | "auto" | "never" | undefined;
            imagesVia?: "chat" | "images" | undefined;
        };
        demo: boolean;
    }>) => void;
    removeEndpoint: (id: string) => void;
    keys: () => readonly StoredKey[];
    saveKey: (value: StoredKey) => void;
    removeKey: (id: string) => void;
    ownModels: () => readonly CatalogueModel[];
    saveOwnModels: (models: readonly CatalogueModel[]) => void;
    settings(): Settings;
    saveSettings: (settings: Settings) => void;
};
