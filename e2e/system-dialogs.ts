/** What the system's file dialogs answer in a test: nobody is there to answer them. */
import type { Studio } from './studio';

/** From now on they answer that folder, and to where a file is to be saved the name that is offered, in it. */
export async function answerDialogs({ electron }: Pick<Studio, 'electron'>, folder: string): Promise<void> {
  await electron.evaluate(({ dialog }, path) => {
    const open = async () => ({ canceled: false, filePaths: [path] });
    const save = async (...args: readonly unknown[]) => {
      const { defaultPath = '' } = args.at(-1) as { defaultPath?: string };
      return { canceled: false, filePath: `${path}/${defaultPath.split('/').at(-1)}` };
    };
    dialog.showOpenDialog = open as unknown as typeof dialog.showOpenDialog;
    dialog.showSaveDialog = save as unknown as typeof dialog.showSaveDialog;
  }, folder);
}
