/** What a request says to the model beside what its user wrote: which picture is which, and what may change. Pure. */
import type { ImageRole } from '@shared/model/studio';

export interface SpokenImage {
  /** `marked`: the subject again, with the region that may change marked in magenta. */
  readonly role: ImageRole | 'marked';
}

const ROLES: Readonly<Record<SpokenImage['role'], string>> = {
  subject: 'is the subject: the picture to edit.',
  reference: 'is a reference.',
  style: 'shows the style to follow.',
  marked:
    'is the subject again, with a region marked in magenta. Change only that region, leave everything else exactly as it is, and do not draw the marking.',
};

/**
 * `images`: in the order they are sent. `goesOn`: a conversation, whose last picture is the subject and is not sent
 * again. Nothing is said where there is nothing to tell apart.
 */
export function spokenInstruction(written: string, images: readonly SpokenImage[], goesOn: boolean): string {
  const isPlain = goesOn
    ? images.length === 0
    : images.every(({ role }) => role === 'subject') && images.length < 2;
  if (isPlain) {
    return written;
  }
  const first = images.findIndex(({ role }) => role === 'subject');
  const lines = images.map(({ role }, at) => {
    const isOther = role === 'subject' && (at !== first || goesOn);
    return `Image ${at + 1} ${isOther ? 'is another subject.' : ROLES[role]}`;
  });
  return [...(goesOn ? ['Your last picture is the subject.'] : []), ...lines, '', written].join('\n');
}
