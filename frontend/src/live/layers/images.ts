// The images that the live map's layers name.
import type { Map as GlMap } from 'maplibre-gl';
import { hatching } from '../../layers/scene';
import { markImage } from '../colours';
import type { Group } from '../dictionary';
import type { LiveScene } from './scene';

/** A mark or a hatching, made when it is first drawn. */
export function addImage(map: GlMap, id: string, scene: LiveScene): void {
  if (map.hasImage(id)) return;
  if (id === 'hatch')
    return void map.addImage(id, hatching(scene.palette.amber, scene.palette.land), { pixelRatio: 2 });
  const [word, rank, group] = id.split('/');
  if (word !== 'mark') return;
  const { image, pixelRatio } = markImage(Number(rank), group as Group, scene.palette.card);
  map.addImage(id, image, { pixelRatio });
}
