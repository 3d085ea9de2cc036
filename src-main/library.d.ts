type Environment = Readonly<Record<string, string | undefined>>;
/** `BRUSHFLEET_HOME`, else the platform's folder for programs' data. */
export declare function libraryDir(env: Environment, platform: NodeJS.Platform, home: string): string;
export interface LibraryPaths {
    readonly root: string;
    readonly database: string;
    readonly logs: string;
    readonly thumbnails: string;
    /** Images unpacked from Parquet files. */
    readonly embedded: string;
    /** Images that were pasted. */
    readonly pasted: string;
}
export declare function libraryPaths(root: string): LibraryPaths;
export type Claim = {
    readonly kind: 'owned';
    release(): Promise<void>;
} | {
    readonly kind: 'busy';
    readonly pid: number;
    readonly sentence: string;
};
/** Claims the library for this process. A claim whose process is gone is taken over. */
export declare function acquireLibrary(root: string): Promise<Claim>;
export {};
