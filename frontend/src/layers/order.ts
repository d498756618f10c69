// The map's layers from the ground up. A new layer is one file and one line here.
import { areas } from './areas';
import { labels } from './labels';
import { points } from './points';
import { squares } from './squares';
import type { Layer } from './scene';

export const ORDER: readonly Layer[] = [areas, squares, points, labels];
