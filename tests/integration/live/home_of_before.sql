BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE api_key (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	shown TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	last_used_at TEXT DEFAULT '' NOT NULL, 
	UNIQUE (name)
);
CREATE TABLE call (
	log INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	open BOOLEAN NOT NULL, 
	opened_at TEXT NOT NULL, 
	ended_at TEXT, 
	number_key TEXT, 
	place_key TEXT NOT NULL, 
	occurrence INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (log, id)
);
INSERT INTO "call" VALUES(1,'7b381b640cb25c09',0,'2026-02-11T06:00:00.000Z','2026-02-11T06:08:00.000Z','n:26-0000001','p:1 ELM ST|40 - OTHER|',1,'{"id":"7b381b640cb25c09","incident_number":"26-0000001","nature":"40 - Other","priority":null,"status":"En Route","division":null,"beat":null,"reporting_area":null,"block":null,"location":"1 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":[null,"2026-02-11T06:00:00.000Z"],"closed_between":["2026-02-11T06:04:00.000Z","2026-02-11T06:06:00.000Z"],"ended":"closed","reopened":0,"units":[{"unit":"A","status":"En Route","joined_between":[null,"2026-02-11T06:00:00.000Z"],"left_between":["2026-02-11T06:04:00.000Z","2026-02-11T06:06:00.000Z"]}],"former_units":[],"place":null,"revision":4}');
INSERT INTO "call" VALUES(1,'ec362dd03100ebff',0,'2026-02-11T06:00:00.000Z','2026-02-11T06:06:00.000Z','n:26-0000002','p:2 ELM ST|40 - OTHER|',1,'{"id":"ec362dd03100ebff","incident_number":"26-0000002","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"2 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":[null,"2026-02-11T06:00:00.000Z"],"closed_between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"],"ended":"closed","reopened":0,"units":[{"unit":"B","status":"At Scene","joined_between":[null,"2026-02-11T06:00:00.000Z"],"left_between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"]},{"unit":"C","status":"At Scene","joined_between":[null,"2026-02-11T06:00:00.000Z"],"left_between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"]}],"former_units":[],"place":null,"revision":2}');
INSERT INTO "call" VALUES(1,'b5b41fdfd3d4c146',0,'2026-02-11T06:00:00.000Z','2026-02-11T06:16:00.000Z','n:26-0000003','p:3 ELM ST|40 - OTHER|',1,'{"id":"b5b41fdfd3d4c146","incident_number":"26-0000003","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"3 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":[null,"2026-02-11T06:00:00.000Z"],"closed_between":["2026-02-11T06:08:00.000Z","2026-02-11T06:14:00.000Z"],"ended":"closed","reopened":0,"units":[{"unit":"Ö","status":"At Scene","joined_between":[null,"2026-02-11T06:00:00.000Z"],"left_between":["2026-02-11T06:08:00.000Z","2026-02-11T06:14:00.000Z"]}],"former_units":[],"place":{"confidence":0.9,"kind":"point","lat":32.7,"lon":-96.8,"matched":"3 Elm St","radius_m":50.0,"reasons":[],"source":"gazetteer"},"revision":3}');
INSERT INTO "call" VALUES(1,'8b2bd0912b16b71b',1,'2026-02-11T06:04:00.000Z',NULL,'n:26-0000004','p:4 ELM ST|40 - OTHER|',1,'{"id":"8b2bd0912b16b71b","incident_number":"26-0000004","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"4 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"],"closed_between":null,"ended":null,"reopened":0,"units":[{"unit":"D","status":"At Scene","joined_between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1}');
INSERT INTO "call" VALUES(1,'4f88e153df376a37',0,'2026-02-11T06:06:00.000Z','2026-02-11T06:16:00.000Z',NULL,'p:NONE ELM ST|40 - OTHER|',1,'{"id":"4f88e153df376a37","incident_number":null,"nature":"40 - Other","priority":"1","status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"None Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":["2026-02-11T06:04:00.000Z","2026-02-11T06:06:00.000Z"],"closed_between":["2026-02-11T06:08:00.000Z","2026-02-11T06:14:00.000Z"],"ended":"closed","reopened":0,"units":[{"unit":"E","status":"At Scene","joined_between":["2026-02-11T06:04:00.000Z","2026-02-11T06:06:00.000Z"],"left_between":["2026-02-11T06:08:00.000Z","2026-02-11T06:14:00.000Z"]}],"former_units":[],"place":null,"revision":3}');
INSERT INTO "call" VALUES(1,'cdc1105adeed7cd4',1,'2026-02-11T06:16:00.000Z',NULL,'n:26-0000005','p:5 ELM ST|40 - OTHER|',1,'{"id":"cdc1105adeed7cd4","incident_number":"26-0000005","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"5 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":["2026-02-11T06:08:00.000Z","2026-02-11T06:16:00.000Z"],"closed_between":null,"ended":null,"reopened":0,"units":[{"unit":"F","status":"At Scene","joined_between":["2026-02-11T06:08:00.000Z","2026-02-11T06:16:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1}');
CREATE TABLE change (
	log INTEGER NOT NULL, 
	seq BIGINT NOT NULL, 
	id TEXT NOT NULL, 
	call TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	at TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (log, seq)
)
 WITHOUT ROWID

;
INSERT INTO "change" VALUES(1,1,'4a32c411152b38b92b95e0a8','7b381b640cb25c09','opened','2026-02-11T06:00:00.000Z','{"seq":1,"id":"4a32c411152b38b92b95e0a8","kind":"opened","call":"7b381b640cb25c09","unit":null,"fields":null,"between":[null,"2026-02-11T06:00:00.000Z"],"at":"2026-02-11T06:00:00.000Z","details":{"id":"7b381b640cb25c09","incident_number":"26-0000001","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"1 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":[null,"2026-02-11T06:00:00.000Z"],"closed_between":null,"ended":null,"reopened":0,"units":[{"unit":"A","status":"At Scene","joined_between":[null,"2026-02-11T06:00:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1},"first":true}');
INSERT INTO "change" VALUES(1,2,'20230a8a0d592687519b7cd6','ec362dd03100ebff','opened','2026-02-11T06:00:00.000Z','{"seq":2,"id":"20230a8a0d592687519b7cd6","kind":"opened","call":"ec362dd03100ebff","unit":null,"fields":null,"between":[null,"2026-02-11T06:00:00.000Z"],"at":"2026-02-11T06:00:00.000Z","details":{"id":"ec362dd03100ebff","incident_number":"26-0000002","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"2 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":[null,"2026-02-11T06:00:00.000Z"],"closed_between":null,"ended":null,"reopened":0,"units":[{"unit":"B","status":"At Scene","joined_between":[null,"2026-02-11T06:00:00.000Z"],"left_between":null},{"unit":"C","status":"At Scene","joined_between":[null,"2026-02-11T06:00:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1},"first":true}');
INSERT INTO "change" VALUES(1,3,'32a97451c499a42bd87ff7fe','b5b41fdfd3d4c146','opened','2026-02-11T06:00:00.000Z','{"seq":3,"id":"32a97451c499a42bd87ff7fe","kind":"opened","call":"b5b41fdfd3d4c146","unit":null,"fields":null,"between":[null,"2026-02-11T06:00:00.000Z"],"at":"2026-02-11T06:00:00.000Z","details":{"id":"b5b41fdfd3d4c146","incident_number":"26-0000003","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"3 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":[null,"2026-02-11T06:00:00.000Z"],"closed_between":null,"ended":null,"reopened":0,"units":[{"unit":"Ö","status":"At Scene","joined_between":[null,"2026-02-11T06:00:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1},"first":true}');
INSERT INTO "change" VALUES(1,4,'e39e1e15c89d5a0c39787c57','7b381b640cb25c09','updated','2026-02-11T06:02:00.000Z','{"seq":4,"id":"e39e1e15c89d5a0c39787c57","kind":"updated","call":"7b381b640cb25c09","unit":null,"fields":{"status":["At Scene","En Route"]},"between":null,"at":"2026-02-11T06:02:00.000Z"}');
INSERT INTO "change" VALUES(1,5,'b0dc696347f04bb2ff1ea45f','7b381b640cb25c09','updated','2026-02-11T06:02:00.000Z','{"seq":5,"id":"b0dc696347f04bb2ff1ea45f","kind":"updated","call":"7b381b640cb25c09","unit":"A","fields":{"status":["At Scene","En Route"]},"between":null,"at":"2026-02-11T06:02:00.000Z"}');
INSERT INTO "change" VALUES(1,6,'8cd8de71231397c56b581d29','8b2bd0912b16b71b','opened','2026-02-11T06:04:00.000Z','{"seq":6,"id":"8cd8de71231397c56b581d29","kind":"opened","call":"8b2bd0912b16b71b","unit":null,"fields":null,"between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"],"at":"2026-02-11T06:04:00.000Z","details":{"id":"8b2bd0912b16b71b","incident_number":"26-0000004","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"4 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"],"closed_between":null,"ended":null,"reopened":0,"units":[{"unit":"D","status":"At Scene","joined_between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1}}');
INSERT INTO "change" VALUES(1,7,'da4f89f5c3f4461311390890','ec362dd03100ebff','closed','2026-02-11T06:06:00.000Z','{"seq":7,"id":"da4f89f5c3f4461311390890","kind":"closed","call":"ec362dd03100ebff","unit":null,"fields":null,"between":["2026-02-11T06:02:00.000Z","2026-02-11T06:04:00.000Z"],"at":"2026-02-11T06:06:00.000Z"}');
INSERT INTO "change" VALUES(1,8,'b1fb83e0d88e286ae01b3506','4f88e153df376a37','opened','2026-02-11T06:06:00.000Z','{"seq":8,"id":"b1fb83e0d88e286ae01b3506","kind":"opened","call":"4f88e153df376a37","unit":null,"fields":null,"between":["2026-02-11T06:04:00.000Z","2026-02-11T06:06:00.000Z"],"at":"2026-02-11T06:06:00.000Z","details":{"id":"4f88e153df376a37","incident_number":null,"nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"None Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":["2026-02-11T06:04:00.000Z","2026-02-11T06:06:00.000Z"],"closed_between":null,"ended":null,"reopened":0,"units":[{"unit":"E","status":"At Scene","joined_between":["2026-02-11T06:04:00.000Z","2026-02-11T06:06:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1}}');
INSERT INTO "change" VALUES(1,9,'3f6be76b52b2464cb70f5dfa','7b381b640cb25c09','closed','2026-02-11T06:08:00.000Z','{"seq":9,"id":"3f6be76b52b2464cb70f5dfa","kind":"closed","call":"7b381b640cb25c09","unit":null,"fields":null,"between":["2026-02-11T06:04:00.000Z","2026-02-11T06:06:00.000Z"],"at":"2026-02-11T06:08:00.000Z"}');
INSERT INTO "change" VALUES(1,10,'681c883ed9b8ab552ffc09a5','4f88e153df376a37','updated','2026-02-11T06:08:00.000Z','{"seq":10,"id":"681c883ed9b8ab552ffc09a5","kind":"updated","call":"4f88e153df376a37","unit":null,"fields":{"priority":[null,"1"]},"between":null,"at":"2026-02-11T06:08:00.000Z"}');
INSERT INTO "change" VALUES(1,11,'0424daed4309fa769666f77b','b5b41fdfd3d4c146','located','2026-02-11T06:11:00.000Z','{"seq":11,"id":"0424daed4309fa769666f77b","kind":"located","call":"b5b41fdfd3d4c146","unit":null,"fields":null,"between":null,"at":"2026-02-11T06:11:00.000Z","place":{"confidence":0.9,"kind":"point","lat":32.7,"lon":-96.8,"matched":"3 Elm St","radius_m":50.0,"reasons":[],"source":"gazetteer"}}');
INSERT INTO "change" VALUES(1,12,'2b7eab88a455d14ae8e28e31','4f88e153df376a37','closed','2026-02-11T06:16:00.000Z','{"seq":12,"id":"2b7eab88a455d14ae8e28e31","kind":"closed","call":"4f88e153df376a37","unit":null,"fields":null,"between":["2026-02-11T06:08:00.000Z","2026-02-11T06:14:00.000Z"],"at":"2026-02-11T06:16:00.000Z"}');
INSERT INTO "change" VALUES(1,13,'6098864c57de9cac55435a4f','b5b41fdfd3d4c146','closed','2026-02-11T06:16:00.000Z','{"seq":13,"id":"6098864c57de9cac55435a4f","kind":"closed","call":"b5b41fdfd3d4c146","unit":null,"fields":null,"between":["2026-02-11T06:08:00.000Z","2026-02-11T06:14:00.000Z"],"at":"2026-02-11T06:16:00.000Z"}');
INSERT INTO "change" VALUES(1,14,'7c74f14847b23f577b47e26c','cdc1105adeed7cd4','opened','2026-02-11T06:16:00.000Z','{"seq":14,"id":"7c74f14847b23f577b47e26c","kind":"opened","call":"cdc1105adeed7cd4","unit":null,"fields":null,"between":["2026-02-11T06:08:00.000Z","2026-02-11T06:16:00.000Z"],"at":"2026-02-11T06:16:00.000Z","details":{"id":"cdc1105adeed7cd4","incident_number":"26-0000005","nature":"40 - Other","priority":null,"status":"At Scene","division":null,"beat":null,"reporting_area":null,"block":null,"location":"5 Elm St","reported_local":"2026-02-11T00:10:00","reported_at":"2026-02-11T06:10:00.000Z","opened_between":["2026-02-11T06:08:00.000Z","2026-02-11T06:16:00.000Z"],"closed_between":null,"ended":null,"reopened":0,"units":[{"unit":"F","status":"At Scene","joined_between":["2026-02-11T06:08:00.000Z","2026-02-11T06:16:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1}}');
CREATE TABLE event_log (
	id INTEGER NOT NULL, 
	feed TEXT NOT NULL, 
	epoch TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	tail BIGINT NOT NULL, 
	at TEXT DEFAULT '' NOT NULL, 
	taken BIGINT NOT NULL, 
	tracking JSON NOT NULL, 
	keyframe BIGINT DEFAULT '0' NOT NULL, 
	store TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "event_log" VALUES(1,'city','a4d423092354',14,0,'2026-02-11T06:16:00.000Z',8,'{"good": {"at": "2026-02-11T06:16:00.000Z", "number": 8, "version": "sha256:38ca2e231bddddc0d13d4a174fb26e68", "rows": 2, "fields": ["incident_number", "location", "nature", "reported_at", "reported_local", "status", "unit"]}, "shown_at": "2026-02-11T06:16:00.000Z", "newest": null, "doubt": null, "absent": {}, "absent_units": {}, "gone": {"priority": "2026-02-11T06:16:00.000Z"}}',0,'sqlite:65024:3252254');
CREATE TABLE feed (
	name TEXT NOT NULL, 
	log INTEGER NOT NULL, 
	holder TEXT DEFAULT '' NOT NULL, 
	lease_until TEXT DEFAULT '' NOT NULL, 
	fence INTEGER DEFAULT '0' NOT NULL, 
	rules JSON, 
	PRIMARY KEY (name)
);
INSERT INTO "feed" VALUES('city',1,'','',8,NULL);
CREATE TABLE file (
	id INTEGER NOT NULL, 
	receipt_id INTEGER NOT NULL, 
	dataset TEXT NOT NULL, 
	force TEXT NOT NULL, 
	month INTEGER NOT NULL, 
	release INTEGER NOT NULL, 
	member TEXT NOT NULL, 
	modified TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	compressed_size BIGINT NOT NULL, 
	method INTEGER NOT NULL, 
	crc32 BIGINT NOT NULL, 
	sha256 TEXT DEFAULT '' NOT NULL, 
	raw_sha256 TEXT DEFAULT '' NOT NULL, 
	vault_key TEXT DEFAULT '' NOT NULL, 
	vault_offset BIGINT DEFAULT '0' NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	same_as INTEGER, 
	rows_read BIGINT, 
	rows_loaded BIGINT, 
	rows_rejected BIGINT, 
	lake_path TEXT DEFAULT '' NOT NULL, 
	findings JSON, 
	PRIMARY KEY (id), 
	FOREIGN KEY(receipt_id) REFERENCES receipt (id)
);
CREATE TABLE hook (
	id TEXT NOT NULL, 
	"key" INTEGER NOT NULL, 
	feed TEXT NOT NULL, 
	url TEXT NOT NULL, 
	description TEXT DEFAULT '' NOT NULL, 
	secret TEXT NOT NULL, 
	filter JSON NOT NULL, 
	kinds JSON NOT NULL, 
	created_at TEXT NOT NULL, 
	state TEXT NOT NULL, 
	version INTEGER DEFAULT '1' NOT NULL, 
	log INTEGER NOT NULL, 
	epoch TEXT NOT NULL, 
	seq BIGINT NOT NULL, 
	told BIGINT NOT NULL, 
	resync TEXT DEFAULT '' NOT NULL, 
	upto BIGINT DEFAULT '0' NOT NULL, 
	tries INTEGER DEFAULT '0' NOT NULL, 
	first_try_at TEXT DEFAULT '' NOT NULL, 
	next_try_at TEXT DEFAULT '' NOT NULL, 
	problem TEXT DEFAULT '' NOT NULL, 
	delivered BIGINT DEFAULT '0' NOT NULL, 
	last_delivered_at TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE hook_lease (
	name TEXT NOT NULL, 
	holder TEXT DEFAULT '' NOT NULL, 
	lease_until TEXT DEFAULT '' NOT NULL, 
	fence INTEGER DEFAULT '0' NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE hook_letter (
	id INTEGER NOT NULL, 
	hook TEXT NOT NULL, 
	message TEXT NOT NULL, 
	body TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	first_try_at TEXT NOT NULL, 
	died_at TEXT NOT NULL, 
	again BOOLEAN DEFAULT 0 NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE keyframe (
	log INTEGER NOT NULL, 
	seq BIGINT NOT NULL, 
	calls BLOB NOT NULL, 
	PRIMARY KEY (log, seq)
);
CREATE TABLE lake_file (
	path TEXT NOT NULL, 
	table_name TEXT NOT NULL, 
	rows BIGINT NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	PRIMARY KEY (path)
);
CREATE TABLE place (
	feed TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	areas TEXT NOT NULL, 
	asked JSON NOT NULL, 
	kind TEXT NOT NULL, 
	version TEXT NOT NULL, 
	decision JSON NOT NULL, 
	decided_at TEXT NOT NULL, 
	PRIMARY KEY (feed, "key", areas)
);
CREATE TABLE place_answer (
	feed TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	source TEXT NOT NULL, 
	state TEXT NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	candidates JSON NOT NULL, 
	asked_at TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	retry_at TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (feed, "key", source)
);
CREATE TABLE place_budget (
	source TEXT NOT NULL, 
	day TEXT NOT NULL, 
	used INTEGER NOT NULL, 
	PRIMARY KEY (source, day)
);
CREATE TABLE place_claim (
	feed TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	holder TEXT NOT NULL, 
	until TEXT NOT NULL, 
	PRIMARY KEY (feed, "key")
);
CREATE TABLE place_fix (
	feed TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	text TEXT NOT NULL, 
	lat FLOAT NOT NULL, 
	lon FLOAT NOT NULL, 
	uncertainty_m FLOAT NOT NULL, 
	why TEXT NOT NULL, 
	fixed_at TEXT NOT NULL, 
	PRIMARY KEY (feed, "key")
);
CREATE TABLE place_official (
	feed TEXT NOT NULL, 
	number_key TEXT NOT NULL, 
	lat FLOAT NOT NULL, 
	lon FLOAT NOT NULL, 
	first_seen TEXT NOT NULL, 
	PRIMARY KEY (feed, number_key)
);
CREATE TABLE place_score (
	id INTEGER NOT NULL, 
	feed TEXT NOT NULL, 
	scored_at TEXT NOT NULL, 
	source TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	precision TEXT DEFAULT '' NOT NULL, 
	official INTEGER NOT NULL, 
	points INTEGER NOT NULL, 
	areas INTEGER NOT NULL, 
	near INTEGER NOT NULL, 
	far INTEGER NOT NULL, 
	within INTEGER NOT NULL, 
	median_m FLOAT, 
	p95_m FLOAT, 
	reach FLOAT, 
	PRIMARY KEY (id)
);
CREATE TABLE place_secret (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE place_spot (
	source TEXT NOT NULL, 
	spot TEXT NOT NULL, 
	streets TEXT NOT NULL, 
	PRIMARY KEY (source, spot, streets)
);
CREATE TABLE receipt (
	id INTEGER NOT NULL, 
	release INTEGER NOT NULL, 
	origin TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	version TEXT NOT NULL, 
	complete BOOLEAN NOT NULL, 
	window_first INTEGER, 
	window_last INTEGER, 
	received_at TEXT NOT NULL, 
	directory_sha256 TEXT NOT NULL, 
	ignored JSON NOT NULL, readings JSON DEFAULT '[]' NOT NULL, choice JSON DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE scope (
	id INTEGER NOT NULL, 
	forces JSON, 
	datasets JSON, 
	first INTEGER, 
	last INTEGER, 
	changed_at TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE snapshot (
	feed TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	fetched_at TEXT NOT NULL, 
	origin TEXT NOT NULL, 
	parts JSON NOT NULL, 
	problem TEXT DEFAULT '' NOT NULL, 
	skew FLOAT, 
	verdict TEXT DEFAULT '' NOT NULL, 
	reasons JSON, 
	version TEXT DEFAULT '' NOT NULL, 
	rows INTEGER, 
	unreadable INTEGER, 
	duplicates INTEGER, 
	conflicting INTEGER, 
	changes INTEGER, 
	PRIMARY KEY (feed, number)
);
INSERT INTO "snapshot" VALUES('city',1,'2026-02-11T06:00:00.000Z','polled','[{"url": "https://example.org/calls.json", "status": 200, "headers": {}, "key": "snapshots/city/2026-02-11/2108c27027766e98d573bbe68d08750d.gz", "sha256": "2108c27027766e98d573bbe68d08750dc87bcd1327043ee075bad0358b6da7da", "size": 757}]','',NULL,'good','[]','sha256:295df27bf467d3aed2a1396f2e9aa042',4,0,0,0,3);
INSERT INTO "snapshot" VALUES('city',2,'2026-02-11T06:02:00.000Z','polled','[{"url": "https://example.org/calls.json", "status": 200, "headers": {}, "key": "snapshots/city/2026-02-11/d002eeaec656f970f0583cc0aafb535a.gz", "sha256": "d002eeaec656f970f0583cc0aafb535a5d8166b0ed5809da7739b7fb17ad17f1", "size": 569}]','',NULL,'good','[]','sha256:ca98855d10125939f359257aa21d189f',3,0,0,0,2);
INSERT INTO "snapshot" VALUES('city',3,'2026-02-11T06:04:00.000Z','polled','[{"url": "https://example.org/calls.json", "status": 200, "headers": {}, "key": "snapshots/city/2026-02-11/533bb166ae46453b2ce30f5363848670.gz", "sha256": "533bb166ae46453b2ce30f53638486704218e2203a149d2c12a35d5239fc2fe2", "size": 569}]','',NULL,'good','[]','sha256:eed8dbc9ff9a63d47fb66c1663134aa5',3,0,0,0,1);
INSERT INTO "snapshot" VALUES('city',4,'2026-02-11T06:06:00.000Z','polled','[{"url": "https://example.org/calls.json", "status": 200, "headers": {}, "key": "snapshots/city/2026-02-11/0aaca3372b88193d1c74d568b4d4ef2e.gz", "sha256": "0aaca3372b88193d1c74d568b4d4ef2ec46e298807545cd1ef7f42f22abf5697", "size": 539}]','',NULL,'good','[]','sha256:b3eccedd3fb7d2fb6c926a9d36b5dea7',3,0,0,0,2);
INSERT INTO "snapshot" VALUES('city',5,'2026-02-11T06:08:00.000Z','polled','[{"url": "https://example.org/calls.json", "status": 200, "headers": {}, "key": "snapshots/city/2026-02-11/6f8de8fa76440a8980dd19fcb750b007.gz", "sha256": "6f8de8fa76440a8980dd19fcb750b007ea5ab8449a446564c3cbd7be74611859", "size": 556}]','',NULL,'good','[]','sha256:e6824a722da87e7904f8def4f0b24d3d',3,0,0,0,2);
INSERT INTO "snapshot" VALUES('city',6,'2026-02-11T06:11:00.000Z','placed','[{"url": "places:", "status": 200, "headers": {}, "key": "snapshots/city/2026-02-11/573e7077e38df07c81fa784cbb1f81b4.gz", "sha256": "573e7077e38df07c81fa784cbb1f81b42e7d9451eae1cfa35e6670a7c968aded", "size": 148}]','',NULL,'placed','[]','placed:6',NULL,NULL,NULL,NULL,1);
INSERT INTO "snapshot" VALUES('city',7,'2026-02-11T06:14:00.000Z','polled','[{"url": "https://example.org/calls.json", "status": 200, "headers": {}, "key": "snapshots/city/2026-02-11/0b5bd2088ca4d25c2daf1e9328bd64f9.gz", "sha256": "0b5bd2088ca4d25c2daf1e9328bd64f9694171eecc5290d884c52bf52df2cc11", "size": 188}]','',NULL,'suspicious','["column_gone:priority"]','sha256:9265d87889abff2466afaa97f76d3759',1,0,0,0,0);
INSERT INTO "snapshot" VALUES('city',8,'2026-02-11T06:16:00.000Z','polled','[{"url": "https://example.org/calls.json", "status": 200, "headers": {}, "key": "snapshots/city/2026-02-11/e2b8ee135a65473b12964ceca79f9eb6.gz", "sha256": "e2b8ee135a65473b12964ceca79f9eb63780dc008726e5d44e1d6b98205c15d7", "size": 376}]','',NULL,'good','["confirmed", "column_gone:priority"]','sha256:38ca2e231bddddc0d13d4a174fb26e68',2,0,0,0,3);
CREATE TABLE vault_object (
	"key" TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 TEXT NOT NULL, 
	received_at TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE INDEX file_unit ON file (dataset, force, month, release);
CREATE INDEX file_state ON file (state);
CREATE INDEX file_receipt ON file (receipt_id);
CREATE UNIQUE INDEX change_id ON change (log, id);
CREATE INDEX change_call ON change (log, call, seq);
CREATE INDEX change_at ON change (log, at, seq);
CREATE INDEX call_open ON call (log, open);
CREATE INDEX call_number ON call (log, number_key);
CREATE INDEX call_place ON call (log, place_key);
CREATE INDEX call_opened ON call (log, opened_at);
CREATE INDEX call_ended ON call (log, ended_at);
CREATE INDEX snapshot_at ON snapshot (feed, fetched_at);
CREATE INDEX snapshot_verdict ON snapshot (feed, verdict, number);
CREATE INDEX place_version ON place (feed, version);
CREATE INDEX place_score_at ON place_score (feed, scored_at);
CREATE INDEX api_key_shown ON api_key (shown);
CREATE INDEX hook_key ON hook ("key");
CREATE INDEX hook_state ON hook (state);
CREATE INDEX hook_letter_hook ON hook_letter (hook, id);
DELETE FROM "sqlite_sequence";
COMMIT;
