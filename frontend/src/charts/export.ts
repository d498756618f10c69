export type Drawn = { svg: string; width: number; height: number; spec: object };
export async function drawnOf(_card: unknown, _how: { dark: boolean; source: string }): Promise<Drawn> { throw new Error('x'); }
export async function rasterOf(_drawn: Drawn): Promise<Blob> { throw new Error('x'); }
