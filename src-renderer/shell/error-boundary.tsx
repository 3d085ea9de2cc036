/** A screen that threw must not leave an empty window: it says so and offers the way back. */
import { Component } from 'react';
import type { ReactNode } from 'react';

interface ErrorBoundaryProps {
  readonly children: ReactNode;
  report(message: string): void;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override componentDidCatch(error: Error): void {
    this.props.report(error.stack ?? error.message);
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) {
      return this.props.children;
    }
    return (
      <main className="empty" role="alert">
        <h2>This screen could not be drawn</h2>
        <p>Your runs go on and nothing is lost. The log has the details.</p>
        <button className="btn primary" onClick={() => window.location.reload()} type="button">
          Reload the window
        </button>
      </main>
    );
  }
}
