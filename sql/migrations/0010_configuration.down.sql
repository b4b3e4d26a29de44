drop table config_settings;
drop table config_options;
drop table config_categories;
