// The live half's shapes by the names that its pages use; generated from the server's OpenAPI.
import type { components } from '../api/openapi';

type Schemas = components['schemas'];

export type Feed = Schemas['FeedModel'];
export type Feeds = Schemas['FeedsModel'];
export type Call = Schemas['CallModel'];
export type Unit = Schemas['UnitModel'];
export type Place = Schemas['CallPlaceModel'];
export type Change = Schemas['ChangeModel'];
export type Calls = Schemas['CallsModel'];
export type Health = Schemas['HealthModel'];
export type CallWithTimeline = Schemas['CallWithTimelineModel'];
export type Statistics = Schemas['StatisticsModel'];
export type Past = Schemas['BetweenModel'];
export type Stretch = { from: string; to: string };

/** A call as the page keeps it: `endedAt` is when the page learned that it has ended (milliseconds), for its fading. */
export type Seen = Call & { endedAt?: number };
