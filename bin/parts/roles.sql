-- The two roles and the database, made by the superuser; changes nothing when they are there.
-- aptic_owner makes tables (migrations, test databases); aptic_site reads and writes rows and owns nothing.
\set ON_ERROR_STOP on
\getenv owner_password APTIC_OWNER_PASSWORD
\getenv site_password APTIC_SITE_PASSWORD
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['aptic_owner', 'aptic_site']) name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE aptic_owner CREATEDB PASSWORD :'owner_password';
ALTER ROLE aptic_site PASSWORD :'site_password';
-- So that a test can take the site's part.
GRANT aptic_site TO aptic_owner;

SELECT 'CREATE DATABASE aptic' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'aptic') \gexec
ALTER DATABASE aptic OWNER TO aptic_owner;
