/** The left panel: all trees, and below them the open one. */
import { FolderDown, Plus } from 'lucide-react';
import { useModel } from '../../state/app-model';
import { NodeTree } from './node-tree';
import { newTree } from './studio-actions';
import { TreeExport } from './tree-export';
import { TreeList } from './tree-list';
import { useStudio } from './use-studio';

/** Its trees, in the left panel. */
export function StudioPanel({ treeId }: { readonly treeId: number | null }) {
  const model = useModel();
  const view = useStudio(treeId);
  return (
    <div className="studio-panel">
      <div className="side-head">
        <h2>Trees</h2>
        <button
          aria-keyshortcuts="T"
          aria-label="New tree"
          className="btn ghost icon small"
          onClick={() => newTree(model)}
          title="New tree (T)"
          type="button"
        >
          <Plus aria-hidden="true" size={14} />
        </button>
      </div>
      <TreeList openId={view.treeId} />
      {view.tree !== undefined && (
        <>
          <div className="side-head">
            <h2 className="clip">{view.tree.name}</h2>
            <TreeExport glyph={<FolderDown aria-hidden="true" size={14} />} tree={view.tree} />
          </div>
          <NodeTree selectedId={view.selected?.id} view={view} />
        </>
      )}
    </div>
  );
}
