import { describe, expect, it } from 'vitest';
import { createDragOut } from './drag-out';

describe('tickets of pictures to be dragged', () => {
  it('stand for the files they were asked for, as often as the drag begins', () => {
    const drags = createDragOut();
    const ticket = drags.prepare(['/a.png', '/b.png'], '/icon.png');
    expect(drags.redeem(ticket)).toEqual({ files: ['/a.png', '/b.png'], icon: '/icon.png' });
    expect(drags.redeem(ticket)?.files).toHaveLength(2);
  });

  it.each([['/etc/passwd'], [null], [{ files: ['/etc/passwd'] }], ['00000000-0000-4000-8000-000000000000']])(
    'are not made by the page: %j is none',
    (given) => expect(createDragOut().redeem(given)).toBeNull(),
  );

  it('are forgotten, the oldest first', () => {
    const drags = createDragOut();
    const first = drags.prepare(['/a.png'], '/icon.png');
    const last = Array.from({ length: 64 }, () => drags.prepare(['/b.png'], '/icon.png')).at(-1);
    expect(drags.redeem(first)).toBeNull();
    expect(drags.redeem(last)).not.toBeNull();
  });
});
