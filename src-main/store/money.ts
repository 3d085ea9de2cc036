/** Money is stored in whole millionths of a US dollar, so that sums are exact. */
const MICRO = 1_000_000;

export function toMicroUsd(usd: number | null): number | null {
  return usd === null ? null : Math.round(usd * MICRO);
}

export function fromMicroUsd(micro: number): number;
export function fromMicroUsd(micro: number | null): number | null;
export function fromMicroUsd(micro: number | null): number | null {
  return micro === null ? null : micro / MICRO;
}
