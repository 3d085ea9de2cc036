import { mayBeCharged } from '@shared/model/failure';
import { describe, expect, it } from 'vitest';
import { DemoNotStarted } from '../../demo/start-demo';
import { StoreError } from '../../store/store-error';
import { orderFailure } from './order-failure';

describe('what keeps an order from being put together', () => {
  it.each([
    [new StoreError('DISK_ERROR', 'The disk of the library reports an error.'), 'storage'],
    [new DemoNotStarted(), 'network'],
  ])('is a failure of which nothing can have been charged: %s', (error, kind) => {
    const { failure } = orderFailure(error);
    expect(failure).toEqual({ kind, message: error.message, bodySent: false });
    expect(mayBeCharged(failure)).toBe(false);
  });

  it('is no failure of its job where nobody knows it', () => {
    const error = new TypeError('undefined is not a function');
    expect(() => orderFailure(error)).toThrow(error);
  });
});
