package io.cardwatch.domain;

/** One difference between two readings of {@code customer_info}: a customer as it now is, or one that vanished. */
public final class CustomerChange {
    public final long customerId;
    /** The customer as it now is; null exactly when {@link #vanished()}. */
    public final Customer customer;

    private CustomerChange(long customerId, Customer customer) {
        this.customerId = customerId;
        this.customer = customer;
    }

    /** A new or changed customer. */
    public static CustomerChange to(Customer customer) {
        return new CustomerChange(customer.customerId, customer);
    }

    /** A customer that is no longer in the table. */
    public static CustomerChange vanished(long customerId) {
        return new CustomerChange(customerId, null);
    }

    public boolean vanished() {
        return customer == null;
    }
}
