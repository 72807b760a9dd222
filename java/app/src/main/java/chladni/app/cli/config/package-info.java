/** One YAML file that gives any command's options their values, checked before anything starts. */
package chladni.app.cli.config;
