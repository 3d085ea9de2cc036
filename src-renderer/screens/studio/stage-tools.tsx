/** What can be done with the selected picture, each with its key. */
import type { TreeNode } from '@shared/model/studio';
import { Ellipsis } from 'lucide-react';
import { useModel } from '../../state/app-model';
import { DragHandle } from '../../pictures/drag-out';
import { toggleKept } from '../../state/studio';
import { MenuButton } from '../../ui/menu';
import type { MenuItem } from '../../ui/menu';
import { askedFor, canRetry, isBusy, pictureOf, resultOf, variantsOf } from './node-words';
import { pictureItems, refOf } from './picture-actions';
import { cancelSelected, editThis, retry, reuse } from './studio-actions';
import { prune } from './studio-steps';
import { useStudioState } from './use-studio';
import type { StudioView } from './use-studio';
import { Keys } from '../../ui/keys';

interface ToolsProps {
  readonly node: TreeNode;
  readonly view: StudioView;
}

export function StageTools({ node, view }: ToolsProps) {
  const model = useModel();
  const isSpread = useStudioState((state) => state.isSpread);
  const variants = variantsOf(node, view.nodes);
  const again = variants.filter(canRetry);
  const isDoubtful = again.some((one) => resultOf(one)?.state === 'unknown');
  const picture = refOf(node);
  return (
    <div aria-label="Picture" className="studio-tools" role="toolbar">
      {variants.some(isBusy) && (
        <Tool keys="Shift+X" onPress={() => void cancelSelected(model)} shortcut="Shift+X">
          Cancel
        </Tool>
      )}
      {again.length > 0 && (
        <Tool
          keys="R"
          onPress={() => void retry(model, again)}
          shortcut="R"
          {...(isDoubtful
            ? { title: 'An answer was lost: sending it again may be charged a second time' }
            : {})}
        >
          Send again
          {again.length === 1 ? '' : ` ${again.length}`}
        </Tool>
      )}
      {pictureOf(node) !== undefined && (
        <Tool keys="E" onPress={() => editThis(model, node.id)} shortcut="E">
          Edit this
        </Tool>
      )}
      {variants.length > 1 && (
        <Tool
          isPressed={isSpread}
          keys="G"
          onPress={() => model.studio.setState({ isSpread: !isSpread })}
          shortcut="G"
        >
          All {variants.length}
        </Tool>
      )}
      <KeepTool node={node} view={view} />
      <HeatMapTool node={node} />
      {picture !== null && <DragHandle pictures={[picture]} />}
      <MoreMenu node={node} />
    </div>
  );
}

/** Other pictures than the parent are compared by keeping them while another is selected. */
function KeepTool({ node, view }: ToolsProps) {
  const { studio } = useModel();
  const kept = useStudioState((state) => state.kept).filter((id) => view.nodes.has(id));
  const others = kept.filter((id) => id !== node.id);
  if (pictureOf(node) === undefined) {
    return null;
  }
  return (
    <>
      <Tool
        isPressed={kept.includes(node.id)}
        keys="K"
        onPress={() => toggleKept(studio, node.id)}
        shortcut="K"
        title="Keep it beside the next one you select, to compare up to four"
      >
        Keep
      </Tool>
      {others.length > 0 && (
        <Tool keys="Esc" onPress={() => studio.setState({ kept: [] })} shortcut="Escape">
          Clear {others.length} kept
        </Tool>
      )}
    </>
  );
}

function HeatMapTool({ node }: Pick<ToolsProps, 'node'>) {
  const { studio } = useModel();
  const isShown = useStudioState((state) => state.isHeatMapShown);
  return (
    resultOf(node)?.heatMap !== undefined && (
      <Tool
        isPressed={isShown}
        keys="H"
        onPress={() => studio.setState({ isHeatMapShown: !isShown })}
        shortcut="H"
        title="Where the picture changed"
      >
        Heat-map
      </Tool>
    )
  );
}

interface ToolProps {
  readonly keys: string;
  readonly shortcut: string;
  readonly isPressed?: boolean;
  readonly title?: string;
  readonly children: React.ReactNode;
  onPress(): void;
}

function Tool({ keys, shortcut, isPressed, title, children, onPress }: ToolProps) {
  return (
    <button
      aria-keyshortcuts={shortcut}
      aria-pressed={isPressed}
      className="btn small"
      onClick={onPress}
      title={title}
      type="button"
    >
      {children} <Keys press={keys} />
    </button>
  );
}

function MoreMenu({ node }: Pick<ToolsProps, 'node'>) {
  const model = useModel();
  const { studio } = model;
  const isResult = resultOf(node) !== undefined;
  const items: readonly MenuItem[] = [
    ...(askedFor(node) !== undefined
      ? [
          { label: 'Use its prompt', keys: 'P', onSelect: () => reuse(model, node, 'prompt') },
          { label: 'Use its settings', keys: 'S', onSelect: () => reuse(model, node, 'settings') },
          { label: 'Use all of it', keys: 'U', onSelect: () => reuse(model, node, 'all') },
        ]
      : []),
    ...pictureItems(model, node),
    {
      label: 'Rename',
      keys: 'F2',
      onSelect: () => studio.setState({ renaming: { kind: 'node', id: node.id } }),
    },
    ...(isResult && node.parentId !== null
      ? [
          {
            label: 'Apply this chain to rows…',
            keys: 'A',
            onSelect: () => studio.setState({ dialog: { kind: 'applyChain', nodeId: node.id } }),
          },
        ]
      : []),
    { label: 'Prune', keys: 'Del', isDanger: true, onSelect: () => void prune(model, node) },
  ];
  return (
    <MenuButton icon={<Ellipsis aria-hidden="true" size={14} />} isSmall items={items} label="More actions" />
  );
}
