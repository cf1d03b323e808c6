package io.cardwatch.domain;

import java.util.Objects;

/** A row of {@code customer_info}; any text may be null, as in the table. */
public final class Customer {
    public final long customerId;
    public final String jobTitle;
    public final String emailAddress;
    public final String fullName;
    public final String phoneNumber;
    public final String city;
    public final String state;

    public Customer(
            long customerId,
            String jobTitle,
            String emailAddress,
            String fullName,
            String phoneNumber,
            String city,
            String state) {
        this.customerId = customerId;
        this.jobTitle = jobTitle;
        this.emailAddress = emailAddress;
        this.fullName = fullName;
        this.phoneNumber = phoneNumber;
        this.city = city;
        this.state = state;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof Customer)) {
            return false;
        }
        Customer that = (Customer) other;
        return customerId == that.customerId
                && Objects.equals(jobTitle, that.jobTitle)
                && Objects.equals(emailAddress, that.emailAddress)
                && Objects.equals(fullName, that.fullName)
                && Objects.equals(phoneNumber, that.phoneNumber)
                && Objects.equals(city, that.city)
                && Objects.equals(state, that.state);
    }

    @Override
    public int hashCode() {
        return Objects.hash(customerId, jobTitle, emailAddress, fullName, phoneNumber, city, state);
    }
}
