import { startActions } from './actions.js';
import { startDialogs } from './dialogs.js';
import { startFeed } from './feed.js';
import { startKeys } from './keys.js';
import { startLive } from './live.js';
import { startNavigation } from './navigation.js';
import { startPalette } from './palette.js';
import { startThemeSwitch } from './theme-switch.js';
import { startTimes } from './times.js';

// What every page of the dashboard does.
startNavigation();
startThemeSwitch();
startTimes();
startDialogs();
startActions();
startKeys();
startPalette();
startFeed();
startLive();
