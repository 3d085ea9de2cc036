/** What the service uses of the app. */
import type { App } from '../app';

export interface ServiceApp
  extends Pick<App, 'models' | 'sessions' | 'clock' | 'log' | 'redactor' | 'vault'> {
  readonly fleet: Pick<App['fleet'], 'lend' | 'takeBack' | 'providers' | 'isGiven'>;
}
