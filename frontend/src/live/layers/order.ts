// The live map's layers from the ground up. A new layer is one file and one line here.
import { areas } from './areas';
import { calls } from './calls';
import type { LiveLayer } from './scene';
import { streets } from './streets';

export const ORDER: readonly LiveLayer[] = [streets, areas, calls];
