/** What a model can do, in the words of the model table. Pure. */
import type { CatalogueModel } from '@shared/model/catalogue';

export function imagesIn(model: CatalogueModel): string {
  switch (model.maxInputImages) {
    case undefined:
      return '?';
    case 0:
      return 'none';
    default:
      return model.maxInputImages === 1 ? '1' : `up to ${model.maxInputImages}`;
  }
}

/** Characters that fit the column. */
const SIZES_WIDTH = 14;

export function sizesOf(model: CatalogueModel): string {
  if (model.sizes.length === 0) {
    return model.freeSize === undefined ? 'its own' : 'free';
  }
  const all = model.sizes.join(' ');
  const shown = all.length <= SIZES_WIDTH ? all : all.slice(0, SIZES_WIDTH).replace(/\s+\S*$/, '');
  return shown === all ? all : `${shown} …`;
}

/** Dollars per picture; `by tokens` where only tokens are billed; `?` where no price is known. */
export function priceOf(model: CatalogueModel): string {
  const prices = Object.values(model.priceUsd);
  if (prices.length === 0) {
    return model.tokenPriceUsd === undefined ? '?' : 'by tokens';
  }
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  if (high === 0) {
    return 'free';
  }
  return low === high ? dollars(low) : `${dollars(low)} to ${dollars(high)}`;
}

/** Three digits tell most prices apart: $0.039, $0.134, $0.04. */
function dollars(value: number): string {
  return `$${value.toFixed(3).replace(/0$/, '')}`;
}

export function endOf(model: CatalogueModel): string {
  if (model.state === 'ended') {
    return model.endsOn === undefined ? 'ended' : `ended ${model.endsOn}`;
  }
  return model.endsOn ?? '';
}

const SOON_DAYS = 30;

/** Whether a model has ended or ends within 30 days. */
export function isEnding(model: CatalogueModel, now: number): boolean {
  if (model.state === 'ended') {
    return true;
  }
  return model.endsOn !== undefined && Date.parse(model.endsOn) - now < SOON_DAYS * 86_400_000;
}
