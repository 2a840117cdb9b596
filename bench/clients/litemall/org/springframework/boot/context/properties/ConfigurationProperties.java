// Stands in for Spring Boot's annotation, which only a running Spring reads.
package org.springframework.boot.context.properties;

public @interface ConfigurationProperties {
    String prefix() default "";
}
