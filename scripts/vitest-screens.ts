/** Screens are waited for as patiently as everything else (vitest.config.ts): a second is not enough on a busy machine. */
import { configure } from '@testing-library/react';

configure({ asyncUtilTimeout: 20_000 });
