/** The arena: a list of blind comparisons, or one of them. */
import { ArenaList } from './arena-list';
import { Duel } from './duel';
import './arena.css';

export function ArenaScreen({ arenaId }: { readonly arenaId: number | null }) {
  return arenaId === null ? <ArenaList /> : <Duel arenaId={arenaId} key={arenaId} />;
}
