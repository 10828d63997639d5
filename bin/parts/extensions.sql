-- For one database: the extensions, and the site's rights on whatever the owner makes there.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS unaccent;
ALTER DEFAULT PRIVILEGES FOR ROLE aptic_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO aptic_site;
ALTER DEFAULT PRIVILEGES FOR ROLE aptic_owner GRANT USAGE, SELECT ON SEQUENCES TO aptic_site;
