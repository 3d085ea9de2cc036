/** The dialogs over the studio. */
import { assertNever } from '@shared/assert-never';
import { useModel } from '../../state/app-model';
import { ApplyChainDialog } from './apply-chain-dialog';
import { PromptLibrary } from './prompt-library';
import { SavePresetDialog } from './save-preset-dialog';
import { useStudioState } from './use-studio';
import type { StudioView } from './use-studio';

export function StudioDialogs({ view }: { readonly view: StudioView }) {
  const { studio } = useModel();
  const dialog = useStudioState((state) => state.dialog);
  const close = () => studio.setState({ dialog: { kind: 'none' } });
  switch (dialog.kind) {
    case 'none':
      return null;
    case 'library':
      return <PromptLibrary onClose={close} view={view} />;
    case 'savePreset':
      return <SavePresetDialog onClose={close} view={view} />;
    case 'applyChain':
      return <ApplyChainDialog nodeId={dialog.nodeId} nodes={view.nodes} onClose={close} />;
    default:
      return assertNever(dialog);
  }
}
