/** Which pictures of a comparison could not be read: nothing is said of what nobody has seen. */
import { useState } from 'react';

export interface UnreadablePictures {
  /** Whether the picture at that address was to be shown last, and could not be. */
  has(url: string): boolean;
  /** Takes what a comparison tells of its pictures. */
  hear(url: string, isUnreadable: boolean): void;
}

/** The same as long as the screen is shown. */
export function useUnreadable(): UnreadablePictures {
  const [pictures] = useState(createUnreadable);
  return pictures;
}

function createUnreadable(): UnreadablePictures {
  const urls = new Set<string>();
  return {
    has: (url) => urls.has(url),
    hear(url, isUnreadable) {
      if (isUnreadable) {
        urls.add(url);
      } else {
        urls.delete(url);
      }
    },
  };
}
