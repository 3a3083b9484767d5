/**
 * The console's entry: mounts the application into the page.
 *
 * @module
 */
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('console');
if (root !== null) render(<App />, root);
