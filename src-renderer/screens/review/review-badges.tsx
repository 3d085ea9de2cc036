/** Over the pictures: what looks wrong, and what was asked against what was delivered. */
import type { JobDetail } from '@shared/model/run';
import { TriangleAlert } from 'lucide-react';
import { badgesOf } from './delivery-words';

export function ReviewBadges({ detail }: { readonly detail: JobDetail }) {
  const badges = badgesOf(detail);
  return badges.length === 0 ? null : (
    <ul aria-label="About this result" className="review-badges">
      {badges.map(({ tone, text, title }) => (
        <li data-tone={tone} key={text} title={title}>
          {tone === 'warn' && <TriangleAlert aria-label="Suspicious:" size={12} />}
          {text}
        </li>
      ))}
    </ul>
  );
}
