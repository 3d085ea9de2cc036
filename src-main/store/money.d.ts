export declare function toMicroUsd(usd: number | null): number | null;
export declare function fromMicroUsd(micro: number): number;
export declare function fromMicroUsd(micro: number | null): number | null;
